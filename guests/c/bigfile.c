/* Writes a file of argv[2] MiB (256 without it) in pieces of 64 KiB in the directory argv[1], reads
   it back, checks it and removes it. argv[3] may be "write" or "read" for one half; "read" expects
   the file of an earlier "write" and leaves it. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE_BYTES 65536

static unsigned char piece[PIECE_BYTES];
static char path[4096];

static void fill(void) {
  for (size_t i = 0; i < PIECE_BYTES; i++) piece[i] = (unsigned char)(i * 31 + 7);
}

static int write_all(long pieces) {
  int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0644);
  if (fd < 0) return perror("open to write"), 1;
  for (long i = 0; i < pieces; i++) {
    memcpy(piece, &i, sizeof i);
    if (write(fd, piece, PIECE_BYTES) != PIECE_BYTES) return perror("write"), 1;
  }
  return close(fd) == 0 ? 0 : 1;
}

static int read_all(long pieces) {
  int fd = open(path, O_RDONLY);
  if (fd < 0) return perror("open to read"), 1;
  uint32_t sum = 0;
  long count = 0;
  for (ssize_t length; (length = read(fd, piece, PIECE_BYTES)) > 0; count++) {
    long number;
    memcpy(&number, piece, sizeof number);
    if (length != PIECE_BYTES || number != count) return fputs("not what was written\n", stderr), 1;
    sum = sum * 31 + piece[PIECE_BYTES - 1];
  }
  close(fd);
  printf("%ld pieces, sum %08x\n", count, (unsigned)sum);
  return count == pieces ? 0 : 1;
}

int main(int count, char **words) {
  long pieces = (count > 2 ? atol(words[2]) : 256) * (1048576 / PIECE_BYTES);
  const char *half = count > 3 ? words[3] : "";
  snprintf(path, sizeof path, "%s/bigfile.bin", count > 1 ? words[1] : ".");
  fill();
  if (strcmp(half, "read") != 0 && write_all(pieces) != 0) return 1;
  if (strcmp(half, "write") != 0 && read_all(pieces) != 0) return 1;
  return *half == 0 ? unlink(path) : 0;
}
