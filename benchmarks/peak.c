/* Measures what this CPU can do at most, as JSON: the bars that kernels are compared with in the
 * same run.
 *
 * usage: peak [THREADS [MILLISECONDS [NAME...]]]   (defaults: 1 thread, 100 ms per number, all)
 * Prints what all threads do together, {"avx2_fma": 99.8, "avx2_exp": ...}; what the CPU lacks is
 * left out: avx2_fma, avx512_fma, avx512_bf16, amx_bf16   GFLOP/s of multiply-adds avx2_exp,
 * avx512_exp                          10^9 exponentials per second, as attnc makes them copy_cache,
 * copy_memory                       GB/s of a copy, read and written bytes counted Compile with -O3
 * -pthread for x86-64; no -m flag is needed.
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

enum { ROUNDS = 20000, MAX_THREADS = 1024, EXPS = 2048 };

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Each kernel returns how many operations it did. Those of multiply-adds run ROUNDS rounds over
 * chains: the instructions are spelled out, so that no compiler removes or reorders them; the
 * chains are scalars, because an array of vectors would live on the stack. */

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

/* Numbers in the first-level cache, from -8 to 0 as the exponents of a decay are. */
static __thread _Alignas(64) float exponents[EXPS], powers[EXPS];

static void fill_exponents(void) {
  for (int i = 0; i < EXPS; ++i)
    exponents[i] = (float)i * (-8.0f / EXPS);
}

/* 2^y for y <= 0: y is rounded to an integer by a large number, a polynomial is taken of the rest
 * and the integer added to its exponent. */
__attribute__((target("avx2,fma"))) static double run_avx2_exp(void) {
  fill_exponents();
  __m256 smallest = _mm256_set1_ps(-127.0f), magic = _mm256_set1_ps(12582912.0f);
  __m256 c0 = _mm256_set1_ps(1.0f), c1 = _mm256_set1_ps(6.931469776e-01f);
  __m256 c2 = _mm256_set1_ps(2.402224209e-01f), c3 = _mm256_set1_ps(5.550733744e-02f);
  __m256 c4 = _mm256_set1_ps(9.671512649e-03f), c5 = _mm256_set1_ps(1.326472705e-03f);
  for (int round = 0; round < ROUNDS / 100; ++round) {
    for (int i = 0; i < EXPS; i += 8) {
      __m256 y = _mm256_max_ps(smallest, _mm256_load_ps(exponents + i));
      __m256 shifted = _mm256_add_ps(y, magic);
      __m256 f = _mm256_sub_ps(y, _mm256_sub_ps(shifted, magic));
      __m256 p = _mm256_fmadd_ps(c5, f, c4);
      p = _mm256_fmadd_ps(p, f, c3);
      p = _mm256_fmadd_ps(p, f, c2);
      p = _mm256_fmadd_ps(p, f, c1);
      p = _mm256_fmadd_ps(p, f, c0);
      __m256i exponent = _mm256_slli_epi32(_mm256_castps_si256(shifted), 23);
      __m256i power = _mm256_add_epi32(_mm256_castps_si256(p), exponent);
      _mm256_store_ps(powers + i, _mm256_castsi256_ps(power));
    }
    __asm__ volatile("" : : "r"(powers) : "memory");
  }
  return (double)EXPS * (ROUNDS / 100);
}

/* The same with the two instructions that take the fraction and scale by the integer. */
__attribute__((target("avx512f,avx512dq"))) static double run_avx512_exp(void) {
  fill_exponents();
  __m512 c0 = _mm512_set1_ps(1.0f), c1 = _mm512_set1_ps(6.931513118e-01f);
  __m512 c2 = _mm512_set1_ps(2.401644501e-01f), c3 = _mm512_set1_ps(5.579991312e-02f);
  __m512 c4 = _mm512_set1_ps(9.017030309e-03f), c5 = _mm512_set1_ps(1.867130073e-03f);
  for (int round = 0; round < ROUNDS / 100; ++round) {
    for (int i = 0; i < EXPS; i += 16) {
      __m512 y = _mm512_load_ps(exponents + i);
      __m512 f = _mm512_reduce_ps(y, 1);
      __m512 p = _mm512_fmadd_ps(c5, f, c4);
      p = _mm512_fmadd_ps(p, f, c3);
      p = _mm512_fmadd_ps(p, f, c2);
      p = _mm512_fmadd_ps(p, f, c1);
      p = _mm512_fmadd_ps(p, f, c0);
      _mm512_store_ps(powers + i, _mm512_scalef_ps(p, y));
    }
    __asm__ volatile("" : : "r"(powers) : "memory");
  }
  return (double)EXPS * (ROUNDS / 100);
}

/* Two arrays of a thread, kept from call to call. */
struct arrays {
  char *from, *to;
};

static void prepare(struct arrays *arrays, size_t size) {
  if (arrays->from)
    return;
  arrays->from = aligned_alloc(4096, size);
  arrays->to = aligned_alloc(4096, size + 4096);
  if (!arrays->from || !arrays->to) {
    fprintf(stderr, "peak: no memory for a copy of %zu bytes\n", size);
    exit(4);
  }
  /* A load that has the page offset of a store before it must wait: half a page apart, none has. */
  arrays->to += 2048;
  memset(arrays->from, 1, size);
  memset(arrays->to, 2, size);
}

/* The copies are loops of their own, because memcpy is "rep movsb" on some systems, which some CPUs
 * do at a tenth of their bandwidth. They return the bytes that they read and wrote. */
__attribute__((target("avx2"))) static double run_copy_cache(void) {
  enum { SIZE = 64 << 10, TIMES = 1000 };
  static __thread struct arrays arrays;
  prepare(&arrays, SIZE);
  for (int time = 0; time < TIMES; ++time) {
    for (size_t i = 0; i < SIZE; i += 32)
      _mm256_store_si256((__m256i *)(arrays.to + i),
                         _mm256_load_si256((const __m256i *)(arrays.from + i)));
    __asm__ volatile("" : : "r"(arrays.to) : "memory");
  }
  return 2.0 * SIZE * TIMES;
}

/* Stores past the caches, which need not read what they overwrite. */
__attribute__((target("avx2"))) static double run_copy_memory(void) {
  enum { SIZE = 128 << 20 };
  static __thread struct arrays arrays;
  prepare(&arrays, SIZE);
  for (size_t i = 0; i < SIZE; i += 32)
    _mm256_stream_si256((__m256i *)(arrays.to + i),
                        _mm256_load_si256((const __m256i *)(arrays.from + i)));
  _mm_sfence();
  return 2.0 * SIZE;
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
  job->run(); /* Fetches code and memory. */
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

static double measure(double (*run)(void), int threads, double duration) {
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
  return rate * 1e-9;
}

static int has_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
static int has_avx512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq");
}
static int has_avx512_bf16(void) { return __builtin_cpu_supports("avx512bf16"); }

static const struct {
  const char *name;
  int (*is_available)(void);
  double (*run)(void);
} limits[] = {
    {"avx2_fma", has_avx2, run_avx2_fma},
    {"avx512_fma", has_avx512, run_avx512_fma},
    {"avx512_bf16", has_avx512_bf16, run_avx512_bf16},
    {"amx_bf16", may_use_amx, run_amx_bf16},
    {"avx2_exp", has_avx2, run_avx2_exp},
    {"avx512_exp", has_avx512, run_avx512_exp},
    {"copy_cache", has_avx2, run_copy_cache},
    {"copy_memory", has_avx2, run_copy_memory},
};

static int is_wanted(const char *name, char **names, int count) {
  for (int i = 0; i < count; ++i)
    if (strcmp(names[i], name) == 0)
      return 1;
  return count == 0;
}

int main(int argc, char **argv) {
  int threads = argc > 1 ? atoi(argv[1]) : 1;
  double duration = (argc > 2 ? atof(argv[2]) : 100) * 1e-3;
  if (threads < 1 || threads > MAX_THREADS || !(duration > 0)) {
    fprintf(stderr, "usage: peak [THREADS [MILLISECONDS [NAME...]]]\n");
    return 2;
  }
  char **names = argv + (argc > 3 ? 3 : argc);
  const char *separator = "";
  printf("{");
  for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); ++i) {
    if (!is_wanted(limits[i].name, names, argc > 3 ? argc - 3 : 0) || !limits[i].is_available())
      continue;
    printf("%s\"%s\": %.2f", separator, limits[i].name, measure(limits[i].run, threads, duration));
    separator = ", ";
  }
  printf("}\n");
  return 0;
}
