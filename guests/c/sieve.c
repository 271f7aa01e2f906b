/* Counts the primes below argv[1] (20,000,000 without it) with Eratosthenes's sieve. */
#include <stdio.h>
#include <stdlib.h>

int main(int count, char **words) {
  size_t limit = count > 1 ? strtoul(words[1], NULL, 10) : 20000000;
  unsigned char *crossed = calloc(limit + 1, 1);
  if (crossed == NULL) return 1;
  size_t primes = 0;
  for (size_t i = 2; i < limit; i++) {
    if (crossed[i]) continue;
    primes++;
    for (size_t j = i * i; j < limit && i < 65536; j += i) crossed[j] = 1;
  }
  printf("%zu\n", primes);
  return 0;
}
