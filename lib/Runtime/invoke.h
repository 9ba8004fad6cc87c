/* What generated wrappers call: private to artifacts, not installed.
 *
 * A generated f_argv is `return attnc_rt_invoke(&metadata, entry, argv, call)`. attnc_rt_invoke
 * validates every argument against the metadata, makes workspace ready, turns each DLTensor into a
 * strided memref descriptor and calls `entry` with one pointer per argument: to the descriptor of
 * a tensor, to the value of a scalar.
 */
#ifndef ATTNC_RUNTIME_INVOKE_H
#define ATTNC_RUNTIME_INVOKE_H

#include "attnc-c/runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

/* MLIR's strided memref descriptor for rank r: r sizes, then r strides, in elements. */
typedef struct attnc_memref {
  void *allocated;
  void *aligned;
  int64_t offset;
  int64_t sizes_and_strides[];
} attnc_memref;

typedef void (*attnc_entry)(void **arguments);

int attnc_rt_invoke(const attnc_metadata *metadata, attnc_entry entry, void **argv,
                    const attnc_call *call);
int64_t attnc_rt_workspace(const attnc_metadata *metadata, const attnc_call *call);

/* For the body of `entry`, of the call in progress on this thread: how many workers
 * attnc_parallel_for may use, and the scratch base (worker w owns scratch_bytes at
 * base + w * scratch_bytes). */
int64_t attnc_rt_workers(void);
void *attnc_rt_scratch(void);

#ifdef __cplusplus
}
#endif

#endif /* ATTNC_RUNTIME_INVOKE_H */
