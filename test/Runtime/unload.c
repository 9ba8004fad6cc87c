/* A library takes its threads along when it is unloaded, again and again, and at exit. */
// RUN: rm -rf %t && mkdir %t
// RUN: attnc %S/Inputs/attention.mlir -o %t/attention.so
// RUN: %cc -std=gnu99 %s -I%S/Inputs %attnc_include -ldl -lm -o %t/unload
// RUN: %t/unload %t/attention.so | FileCheck %s
// CHECK: threads while loaded: 4, after: 1

#include "call.h"

#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static int count_threads(void) {
  DIR *folder = opendir("/proc/self/task");
  int count = 0;
  for (struct dirent *entry; folder && (entry = readdir(folder));)
    count += entry->d_name[0] != '.';
  if (folder)
    closedir(folder);
  return count;
}

static void *load(const char *path, attention_argv_function *attention) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  void *symbol = library ? dlsym(library, "attention_argv") : NULL;
  memcpy(attention, &symbol, sizeof(symbol));
  return symbol ? library : NULL;
}

int main(int argc, char **argv) {
  int loaded = 0;
  attention_argv_function attention;
  for (int i = 0; i < 50; ++i) {
    void *library = load(argv[argc - 1], &attention);
    if (!library || call_attention(attention, 4) != ATTNC_OK)
      return 1;
    loaded = count_threads();
    dlclose(library);
  }
  printf("threads while loaded: %d, after: %d\n", loaded, count_threads());
  /* And once more, for the exit of the program to find the threads. */
  return load(argv[argc - 1], &attention) ? call_attention(attention, 4) : 1;
}
