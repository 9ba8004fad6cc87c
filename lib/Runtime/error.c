/* The sentence that belongs to the last failure, per thread. */
#include "internal.h"

#include <stdarg.h>
#include <stdio.h>

/* Part of the ABI: artifacts of different versions may share the buffer. */
enum { ERROR_BYTES = 512 };

ATTNC_RT_EXPORT const char *attnc_last_error(void) {
  static _Thread_local char buffer[ERROR_BYTES];
  return buffer;
}

int attnc_rt_fail(int status, const char *format, ...) {
  /* Through the exported function: in a process with several artifacts, the callers read the buffer
   * of whichever the dynamic linker chose, and so all artifacts write there. */
  char *buffer = (char *)attnc_last_error();
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(buffer, ERROR_BYTES, format, arguments);
  va_end(arguments);
  return status;
}
