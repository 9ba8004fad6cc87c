/* Does this CPU, and the operating system on it, offer the features an artifact was compiled for?
 */
#include "internal.h"

#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

enum cpuid_register { EBX, ECX, EDX, EAX };

/* State that the operating system must save, as bits of XCR0. */
enum { NO_STATE = 0, AVX_STATE = 0x6, AVX512_STATE = 0xe6, AMX_STATE = 0x60000 };

static const struct feature {
  const char *name;
  uint32_t leaf, subleaf;
  enum cpuid_register where;
  int bit;
  uint32_t state;
} known_features[] = {
    {"sse3", 1, 0, ECX, 0, NO_STATE},
    {"ssse3", 1, 0, ECX, 9, NO_STATE},
    {"sse4.1", 1, 0, ECX, 19, NO_STATE},
    {"sse4.2", 1, 0, ECX, 20, NO_STATE},
    {"movbe", 1, 0, ECX, 22, NO_STATE},
    {"popcnt", 1, 0, ECX, 23, NO_STATE},
    {"fma", 1, 0, ECX, 12, AVX_STATE},
    {"avx", 1, 0, ECX, 28, AVX_STATE},
    {"f16c", 1, 0, ECX, 29, AVX_STATE},
    {"lzcnt", 0x80000001, 0, ECX, 5, NO_STATE},
    {"bmi", 7, 0, EBX, 3, NO_STATE},
    {"bmi2", 7, 0, EBX, 8, NO_STATE},
    {"avx2", 7, 0, EBX, 5, AVX_STATE},
    {"avx512f", 7, 0, EBX, 16, AVX512_STATE},
    {"avx512dq", 7, 0, EBX, 17, AVX512_STATE},
    {"avx512ifma", 7, 0, EBX, 21, AVX512_STATE},
    {"avx512cd", 7, 0, EBX, 28, AVX512_STATE},
    {"avx512bw", 7, 0, EBX, 30, AVX512_STATE},
    {"avx512vl", 7, 0, EBX, 31, AVX512_STATE},
    {"avx512vbmi", 7, 0, ECX, 1, AVX512_STATE},
    {"avx512vbmi2", 7, 0, ECX, 6, AVX512_STATE},
    {"gfni", 7, 0, ECX, 8, NO_STATE},
    {"vaes", 7, 0, ECX, 9, AVX_STATE},
    {"vpclmulqdq", 7, 0, ECX, 10, AVX_STATE},
    {"avx512vnni", 7, 0, ECX, 11, AVX512_STATE},
    {"avx512bitalg", 7, 0, ECX, 12, AVX512_STATE},
    {"avx512vpopcntdq", 7, 0, ECX, 14, AVX512_STATE},
    {"avx512vp2intersect", 7, 0, EDX, 8, AVX512_STATE},
    {"amx-bf16", 7, 0, EDX, 22, AMX_STATE},
    {"avx512fp16", 7, 0, EDX, 23, AVX512_STATE},
    {"amx-tile", 7, 0, EDX, 24, AMX_STATE},
    {"amx-int8", 7, 0, EDX, 25, AMX_STATE},
    {"avxvnni", 7, 1, EAX, 4, AVX_STATE},
    {"avx512bf16", 7, 1, EAX, 5, AVX512_STATE},
};

/* The bits of XCR0, or 0 where the operating system has not enabled XSAVE. */
static uint32_t read_saved_state(void) {
  uint32_t eax, ebx, ecx, edx;
  if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & bit_OSXSAVE))
    return 0;
  __asm__("xgetbv" : "=a"(eax), "=d"(edx) : "c"(0));
  return eax;
}

static int has_feature(const struct feature *feature) {
  uint32_t registers[4];
  if (!__get_cpuid_count(feature->leaf, feature->subleaf, &registers[EAX], &registers[EBX],
                         &registers[ECX], &registers[EDX]))
    return 0;
  return (registers[feature->where] >> feature->bit & 1) &&
         (read_saved_state() & feature->state) == feature->state;
}

/* Linux saves the large AMX tile registers only for processes that ask for it once; threads inherit
 * the permission. */
static int may_use_tiles(void) {
  enum { REQUEST_PERMISSION = 0x1023, TILE_DATA = 18 };
  return syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0;
}

int attnc_rt_check_cpu(const char *features) {
  const size_t count = sizeof(known_features) / sizeof(known_features[0]);
  int needs_tiles = 0;
  while (*features) {
    const size_t length = strcspn(features, ",");
    size_t i = 0;
    while (i < count && (strncmp(known_features[i].name, features, length) != 0 ||
                         known_features[i].name[length] != '\0'))
      ++i;
    if (i == count)
      return attnc_rt_fail(ATTNC_UNSUPPORTED,
                           "this runtime cannot tell whether the CPU has '%.*s', which the library "
                           "was compiled for",
                           (int)length, features);
    if (!has_feature(&known_features[i]))
      return attnc_rt_fail(ATTNC_UNSUPPORTED,
                           "this CPU lacks '%s', which the library was compiled for",
                           known_features[i].name);
    needs_tiles |= known_features[i].state == AMX_STATE;
    features += length;
    features += *features == ',';
  }
  if (needs_tiles && !may_use_tiles())
    return attnc_rt_fail(ATTNC_UNSUPPORTED, "the kernel does not let this process use AMX tiles, "
                                            "which the library was compiled for");
  return ATTNC_OK;
}

#else

/* Elsewhere code is compiled for the baseline of the architecture. */
int attnc_rt_check_cpu(const char *features) {
  (void)features;
  return ATTNC_OK;
}

#endif
