/* The stable C interface of compiled artifacts: what generated headers declare and callers use.
 *
 * Every exported function f of an artifact has four entry points:
 *
 *   int f(const DLTensor *in..., DLTensor *out..., const attnc_call *call);
 *   int f_argv(void **argv, const attnc_call *call);      // the same arguments as an array
 *   const attnc_metadata *f_metadata(void);
 *   int64_t f_workspace(const attnc_call *call);          // bytes of scratch that a call needs,
 *                                                         // -1 if the options are invalid
 *
 * Scalars (an `index`, integer or float argument of the model function) are passed by value, and
 * by pointer to the value in f_argv. The caller allocates all outputs. 0 means success; any other
 * status leaves the outputs untouched, and attnc_last_error() says in a sentence what was wanted
 * and what was got. Calls are re-entrant and may be made from any thread.
 *
 * Inputs may be views: any strides of 0 or more, but 1 on the last axis; null strides mean compact
 * row-major. Addresses are multiples of the element size; an empty tensor may have a null pointer.
 * An i1 tensor holds a byte, 0 or 1, per element: kDLBool (6), or uint8. Outputs share memory with
 * nothing: not with an input, another output, the workspace, or in themselves.
 *
 * C99 and C++; needs a dlpack.h (any from 0.6 on: DLTensor has had one layout since).
 */
#ifndef ATTNC_C_RUNTIME_H
#define ATTNC_C_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

#include <dlpack/dlpack.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ATTNC_ABI_VERSION 1

/* Status codes of every entry point; they mirror the exit codes of attn-run. */
typedef enum attnc_status {
  ATTNC_OK = 0,
  ATTNC_INVALID_ARGUMENT = 1, /* dtype, rank, shape, stride, alignment, null, aliasing, ... */
  ATTNC_UNSUPPORTED = 3,      /* this CPU or device cannot run the artifact */
  ATTNC_OUT_OF_RESOURCES = 4, /* memory, workspace too small, size over a limit */
  ATTNC_INTERNAL = 70
} attnc_status;

/* Per-call options. A null pointer means defaults; set `size` to sizeof(attnc_call), and zero what
 * you do not use. An artifact refuses options that are set and that it does not know. */
typedef struct attnc_call {
  size_t size;             /* bytes of this struct as the caller knows it */
  void *workspace;         /* scratch of f_workspace(call) bytes, aligned to 64; null: allocated */
  int64_t workspace_bytes; /* size of workspace */
  int32_t num_threads;     /* to 1024; 0: ATTNC_NUM_THREADS or, unset, all the process may use */
} attnc_call;

typedef enum attnc_arg_kind {
  ATTNC_ARG_INPUT = 0,  /* const DLTensor * */
  ATTNC_ARG_OUTPUT = 1, /* DLTensor *, overwritten */
  ATTNC_ARG_SCALAR = 2  /* a value; index is int64_t */
} attnc_arg_kind;

/* One argument, in call order: first inputs and scalars in the model's order, then outputs. */
typedef struct attnc_arg {
  const char *name;
  int32_t kind;     /* attnc_arg_kind */
  DLDataType dtype; /* of the elements or of the scalar; index is int64 */
  int32_t ndim;
  /* ndim sizes: >= 0 must match; < 0 names a symbol (-1, -2, ...): all dims with one symbol must
   * agree, and the first one in call order sets it. See attnc_symbol for sums. */
  const int64_t *shape;
} attnc_arg;

/* A size that is known at run time. */
typedef struct attnc_symbol {
  const char *name; /* for people: "S", or "S+1" for a sum */
  int64_t base;     /* the symbol (-1, -2, ...) to which this one adds `plus`; 0 if to none */
  int64_t plus;     /* 1 or more where there is a base, so that such a size is not 0; else 0 */
} attnc_symbol;

/* What an artifact says of one function. Static data, valid while the library is loaded. */
typedef struct attnc_metadata {
  size_t size;              /* bytes of this struct as the artifact knows it */
  uint32_t abi_version;     /* ATTNC_ABI_VERSION of the compiler that made it */
  const char *name;         /* of the function */
  const char *producer;     /* "attnc 0.1.0 (LLVM 22.1.8)" */
  const char *triple;       /* target triple */
  const char *cpu_features; /* comma-separated, as __builtin_cpu_supports names them; "" for none */
  int32_t num_args;
  const attnc_arg *args;
  int64_t scratch_bytes; /* per worker, a multiple of 64 */
  /* Younger than the rest: there only where `size` says so. */
  int32_t num_symbols;
  const attnc_symbol *symbols; /* the first is symbol -1; no base is a sum itself */
} attnc_metadata;

/* The sentence that belongs to the last status other than 0 on this thread; never null. */
const char *attnc_last_error(void);

#ifdef __cplusplus
}
#endif

#endif /* ATTNC_C_RUNTIME_H */
