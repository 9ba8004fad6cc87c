/* Measures what this CPU's multiply-add units can do at most, as JSON: the bar that kernels are
 * compared with in the same run.
 *
 * usage: peak [THREADS [MILLISECONDS]]   (defaults: 1 thread, 100 ms per number)
 * Prints GFLOP/s of all threads together: {"avx2_fma": 99.8, "avx512_fma": ..., "avx512_bf16":
 * ...}; what the CPU lacks is left out. Compile with -O3 -pthread for x86-64; no -m flag is needed.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* syscall */
#endif
#include <cpuid.h>
#include <immintrin.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Independent chains that fit the 16 and 32 vector registers and hide the latency. */
#define CHAINS_12(M) M(0) M(1) M(2) M(3) M(4) M(5) M(6) M(7) M(8) M(9) M(10) M(11)
#define CHAINS_24(M)                                                                               \
  CHAINS_12(M) M(12) M(13) M(14) M(15) M(16) M(17) M(18) M(19) M(20) M(21) M(22) M(23)

enum { ROUNDS = 20000, MAX_THREADS = 1024 };

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Each kernel runs ROUNDS rounds over its chains and returns the floating-point operations that it
 * did. The instructions are spelled out, so that no compiler removes or reorders them; the chains
 * are scalars, because an array of vectors would live on the stack. */

#define CHAIN_256(i) __m256 acc##i = _mm256_set1_ps((float)i);
#define STEP_AVX2(i) __asm__ volatile("vfmadd213ps %2, %1, %0" : "+x"(acc##i) : "x"(a), "x"(b));

__attribute__((target("avx2,fma"))) static double run_avx2_fma(void) {
  __m256 a = _mm256_set1_ps(0.9999f), b = _mm256_set1_ps(1e-4f);
  CHAINS_12(CHAIN_256)
  for (int round = 0; round < ROUNDS; ++round) {
    CHAINS_12(STEP_AVX2)
  }
  return 2.0 * 8 * 12 * ROUNDS;
}

#define CHAIN_512(i) __m512 acc##i = _mm512_set1_ps((float)i);
#define STEP_AVX512(i) __asm__ volatile("vfmadd213ps %2, %1, %0" : "+v"(acc##i) : "v"(a), "v"(b));

__attribute__((target("avx512f"))) static double run_avx512_fma(void) {
  __m512 a = _mm512_set1_ps(0.9999f), b = _mm512_set1_ps(1e-4f);
  CHAINS_24(CHAIN_512)
  for (int round = 0; round < ROUNDS; ++round) {
    CHAINS_24(STEP_AVX512)
  }
  return 2.0 * 16 * 24 * ROUNDS;
}

#define STEP_BF16(i) __asm__ volatile("vdpbf16ps %1, %1, %0" : "+v"(acc##i) : "v"(a));

__attribute__((target("avx512f,avx512bf16"))) static double run_avx512_bf16(void) {
  /* Pairs of the bf16 number 0.0078125. */
  __m512i a = _mm512_set1_epi32(0x3c003c00);
  CHAINS_24(CHAIN_512)
  for (int round = 0; round < ROUNDS; ++round) {
    CHAINS_24(STEP_BF16)
  }
  return 2.0 * 32 * 24 * ROUNDS;
}

/* The layout of ldtilecfg: palette 1 is 8 tiles of 16 rows of 64 bytes. */
struct tile_config {
  unsigned char palette, start_row, reserved[14];
  unsigned short bytes_per_row[16];
  unsigned char rows[16];
};

/* Four accumulators: tiles 0 to 3 get the products of tiles 4 and 5. */
__attribute__((target("amx-tile,amx-bf16"))) static double run_amx_bf16(void) {
  struct tile_config config;
  memset(&config, 0, sizeof(config));
  config.palette = 1;
  for (int tile = 0; tile < 6; ++tile) {
    config.bytes_per_row[tile] = 64;
    config.rows[tile] = 16;
  }
  /* The intrinsic claims to read 8 bytes only: without this, the other 56 might not be stored. */
  __asm__ volatile("" : : "r"(&config) : "memory");
  _tile_loadconfig(&config);
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  _tile_zero(4);
  _tile_zero(5);
  for (int round = 0; round < ROUNDS; ++round) {
    _tile_dpbf16ps(0, 4, 5);
    _tile_dpbf16ps(1, 4, 5);
    _tile_dpbf16ps(2, 4, 5);
    _tile_dpbf16ps(3, 4, 5);
  }
  _tile_release();
  return 4.0 * 2 * 16 * 16 * 32 * ROUNDS;
}

/* Whether the CPU has the tiles and the system lets this process use them (all its threads). */
static int may_use_amx(void) {
  enum { AMX_BF16 = 1 << 22, AMX_TILE = 1 << 24, REQUEST_PERMISSION = 0x1023, TILE_DATA = 18 };
  unsigned eax, ebx, ecx, edx;
  return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (edx & AMX_BF16) && (edx & AMX_TILE) &&
         syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0;
}

struct job {
  double (*run)(void);
  double duration;
  double rate; /* best operations per second */
};

static void *work(void *argument) {
  struct job *job = argument;
  double end = seconds() + job->duration;
  for (double start = seconds(); start < end;) {
    double operations = job->run();
    double now = seconds();
    if (operations / (now - start) > job->rate)
      job->rate = operations / (now - start);
    start = now;
  }
  return NULL;
}

static void measure(const char *name, double (*run)(void), int threads, double duration,
                    const char **separator) {
  static struct job jobs[MAX_THREADS];
  static pthread_t workers[MAX_THREADS];
  double rate = 0;
  for (int i = 0; i < threads; ++i) {
    jobs[i] = (struct job){run, duration, 0};
    if (pthread_create(&workers[i], NULL, work, &jobs[i])) {
      fprintf(stderr, "peak: could not start thread %d\n", i);
      exit(4);
    }
  }
  for (int i = 0; i < threads; ++i) {
    pthread_join(workers[i], NULL);
    rate += jobs[i].rate;
  }
  printf("%s\"%s\": %.1f", *separator, name, rate * 1e-9);
  *separator = ", ";
}

int main(int argc, char **argv) {
  int threads = argc > 1 ? atoi(argv[1]) : 1;
  double duration = (argc > 2 ? atof(argv[2]) : 100) * 1e-3;
  if (argc > 3 || threads < 1 || threads > MAX_THREADS || !(duration > 0)) {
    fprintf(stderr, "usage: peak [THREADS [MILLISECONDS]]\n");
    return 2;
  }
  const char *separator = "";
  printf("{");
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    measure("avx2_fma", run_avx2_fma, threads, duration, &separator);
  if (__builtin_cpu_supports("avx512f"))
    measure("avx512_fma", run_avx512_fma, threads, duration, &separator);
  if (__builtin_cpu_supports("avx512bf16"))
    measure("avx512_bf16", run_avx512_bf16, threads, duration, &separator);
  if (may_use_amx())
    measure("amx_bf16", run_amx_bf16, threads, duration, &separator);
  printf("}\n");
  return 0;
}
