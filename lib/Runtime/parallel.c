/* The default attnc_parallel_for: a pool of threads that is made when first needed. */
#include "attnc-c/parallel.h"
#include "internal.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

/* Turns of waiting before a thread goes to sleep: some 50 us for the next loop to begin, and longer
 * for a loop to end, because its caller has nothing else to do. */
enum { SPIN_FOR_WORK = 1500, SPIN_FOR_END = 15000, MAX_HELPERS = ATTNC_RT_MAX_WORKERS - 1 };

/* One loop, on its caller's stack. */
struct loop {
  void *context;
  attnc_task task;
  int64_t tasks;
  int64_t workers;
  _Alignas(64) _Atomic int64_t next; /* first task that nobody has taken */
};

struct pool {
  pid_t process;           /* a forked child has the memory of a pool but not its threads */
  pthread_mutex_t callers; /* held by the call that the helpers work for */

  pthread_mutex_t lock; /* guards what follows; the atomics may be read without it */
  pthread_cond_t work;  /* a loop began, or the pool ends */
  pthread_cond_t end;   /* no helper is in the loop any more */
  struct loop *loop;    /* null: none to join */
  int64_t joined;       /* workers that ever entered it: the id of the next */
  int is_stopping;
  _Atomic uint64_t loops; /* that ever began */
  _Atomic int64_t running;

  pthread_t helpers[MAX_HELPERS]; /* guarded by `callers` */
  int64_t helper_count;
};

static struct pool *_Atomic the_pool;
static _Thread_local int is_in_task;

static inline void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/* Takes tasks, many at first and single ones in the end, until none are left. */
static void run_tasks(struct loop *loop, int64_t worker) {
  const int was_in_task = is_in_task;
  is_in_task = 1;
  int64_t begin = atomic_load(&loop->next);
  while (begin < loop->tasks) {
    const int64_t share = (loop->tasks - begin) / (4 * loop->workers);
    const int64_t end = begin + (share > 1 ? share : 1);
    if (!atomic_compare_exchange_weak(&loop->next, &begin, end))
      continue;
    loop->task(loop->context, begin, end, worker);
    begin = atomic_load(&loop->next);
  }
  is_in_task = was_in_task;
}

/* Returns with the lock held, when a loop after number `seen` began or the pool ends. */
static void wait_for_work(struct pool *pool, uint64_t seen) {
  for (int turn = 0; turn < SPIN_FOR_WORK && atomic_load(&pool->loops) == seen; ++turn)
    pause_briefly();
  pthread_mutex_lock(&pool->lock);
  while (pool->loops == seen && !pool->is_stopping)
    pthread_cond_wait(&pool->work, &pool->lock);
}

static void *help(void *argument) {
  struct pool *pool = argument;
  attnc_rt_enter_float_state();
  uint64_t seen = 0;
  for (;;) {
    wait_for_work(pool, seen);
    if (pool->is_stopping)
      break;
    seen = pool->loops;
    struct loop *loop = pool->loop;
    if (loop && pool->joined < loop->workers) {
      const int64_t worker = pool->joined++;
      ++pool->running;
      pthread_mutex_unlock(&pool->lock);
      run_tasks(loop, worker);
      pthread_mutex_lock(&pool->lock);
      if (--pool->running == 0)
        pthread_cond_signal(&pool->end);
    }
    pthread_mutex_unlock(&pool->lock);
  }
  pthread_mutex_unlock(&pool->lock);
  return NULL;
}

/* Null when there is no memory. */
static struct pool *get_pool(void) {
  struct pool *pool = atomic_load(&the_pool);
  const pid_t process = getpid();
  if (pool && pool->process == process)
    return pool;
  /* The pool of a parent process is left as it is: its locks may be held by threads that are not
   * here. */
  struct pool *fresh = calloc(1, sizeof(*fresh));
  if (!fresh)
    return NULL;
  fresh->process = process;
  pthread_mutex_init(&fresh->callers, NULL);
  pthread_mutex_init(&fresh->lock, NULL);
  pthread_cond_init(&fresh->work, NULL);
  pthread_cond_init(&fresh->end, NULL);
  if (atomic_compare_exchange_strong(&the_pool, &pool, fresh))
    return fresh;
  free(fresh); /* another thread was faster */
  return pool;
}

/* Fewer helpers than wanted is not an error: the caller works, too. */
static void start_helpers(struct pool *pool, int64_t wanted) {
  if (pool->helper_count >= wanted)
    return;
  /* Signals are for the program's own threads. */
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  while (pool->helper_count < wanted && pool->helper_count < MAX_HELPERS &&
         pthread_create(&pool->helpers[pool->helper_count], NULL, help, pool) == 0)
    ++pool->helper_count;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* The caller holds pool->callers. */
static void run_with_helpers(struct pool *pool, struct loop *loop, int64_t helpers) {
  start_helpers(pool, helpers);
  pthread_mutex_lock(&pool->lock);
  pool->loop = loop;
  pool->joined = 1; /* the caller is worker 0 */
  ++pool->loops;
  pthread_mutex_unlock(&pool->lock);
  for (int64_t i = 0; i < helpers; ++i)
    pthread_cond_signal(&pool->work);

  run_tasks(loop, 0);

  pthread_mutex_lock(&pool->lock);
  pool->loop = NULL;
  if (pool->running > 0) {
    pthread_mutex_unlock(&pool->lock);
    for (int turn = 0; turn < SPIN_FOR_END && atomic_load(&pool->running) > 0; ++turn)
      pause_briefly();
    pthread_mutex_lock(&pool->lock);
    while (pool->running > 0)
      pthread_cond_wait(&pool->end, &pool->lock);
  }
  pthread_mutex_unlock(&pool->lock);
}

ATTNC_RT_EXPORT void attnc_parallel_for(void *context, int64_t tasks, attnc_task task,
                                        int64_t workers) {
  struct loop loop = {context, task, tasks, workers < tasks ? workers : tasks, 0};
  if (loop.workers > ATTNC_RT_MAX_WORKERS)
    loop.workers = ATTNC_RT_MAX_WORKERS;
  struct pool *pool = loop.workers > 1 && !is_in_task ? get_pool() : NULL;
  /* While the helpers work for another thread's call, this one does without. */
  if (pool && pthread_mutex_trylock(&pool->callers) == 0) {
    run_with_helpers(pool, &loop, loop.workers - 1);
    pthread_mutex_unlock(&pool->callers);
    return;
  }
  loop.workers = 1;
  run_tasks(&loop, 0);
}

/* Before the code of the helpers is unloaded, they must have left it. The pool stays, with its lock
 * held: a thread that still computes while the program exits finds it busy and works alone. */
__attribute__((destructor)) static void stop_helpers(void) {
  struct pool *pool = atomic_load(&the_pool);
  if (!pool || pool->process != getpid() || pthread_mutex_trylock(&pool->callers) != 0)
    return; /* no helpers here, or the program exits in the middle of a loop */
  pthread_mutex_lock(&pool->lock);
  pool->is_stopping = 1;
  ++pool->loops;
  pthread_cond_broadcast(&pool->work);
  pthread_mutex_unlock(&pool->lock);
  for (int64_t i = 0; i < pool->helper_count; ++i)
    pthread_join(pool->helpers[i], NULL);
}
