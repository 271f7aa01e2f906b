/* Reads the clocks, sleeps, and looks whether the monotonic clock agrees. With the word "print"
   it prints both clocks in nanoseconds, for runs that are to be repeatable. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static long long nanoseconds(clockid_t clock) {
  struct timespec now;
  if (clock_gettime(clock, &now) != 0) return -1;
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int check(void) {
  struct timespec resolution, pause = {0, 20000000};
  if (clock_getres(CLOCK_MONOTONIC, &resolution) != 0) return puts("no resolution"), 1;
  long long before = nanoseconds(CLOCK_MONOTONIC);
  if (nanosleep(&pause, NULL) != 0) return puts("nanosleep failed"), 1;
  if (nanoseconds(CLOCK_MONOTONIC) - before < 19000000) return puts("slept too short"), 1;
  if (usleep(1000) != 0) return puts("usleep failed"), 1;
  if (nanoseconds(CLOCK_REALTIME) < 1700000000000000000LL) return puts("the time of day is long ago"), 1;
  return puts("clocks agree"), 0;
}

int main(int count, char **words) {
  if (count < 2 || strcmp(words[1], "print") != 0) return check();
  printf("realtime %lld\nmonotonic %lld\n", nanoseconds(CLOCK_REALTIME), nanoseconds(CLOCK_MONOTONIC));
  return 0;
}
