/* Counts lines, words and bytes of the files it is given, or of standard input, as wc does. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <errno.h>

struct counts {
  long long lines, words, bytes;
};

static void print(const struct counts *counts, const char *name) {
  printf("%7lld %7lld %7lld%s%s\n", counts->lines, counts->words, counts->bytes, name[0] == 0 ? "" : " ", name);
}

static struct counts count(FILE *file) {
  static char piece[65536];
  struct counts counts = {0};
  int inside = 0;
  for (size_t length; (length = fread(piece, 1, sizeof piece, file)) > 0;) {
    counts.bytes += (long long)length;
    for (size_t i = 0; i < length; i++) {
      int space = isspace((unsigned char)piece[i]) != 0;
      counts.lines += piece[i] == '\n';
      counts.words += !space && !inside;
      inside = !space;
    }
  }
  return counts;
}

int main(int files, char **names) {
  struct counts total = {0};
  int status = 0;
  if (files == 1) {
    total = count(stdin);
    return print(&total, ""), 0;
  }
  for (int i = 1; i < files; i++) {
    FILE *file = fopen(names[i], "rb");
    if (file == NULL) {
      fprintf(stderr, "wc: %s: %s\n", names[i], strerror(errno));
      status = 1;
      continue;
    }
    struct counts counts = count(file);
    fclose(file);
    print(&counts, names[i]);
    total.lines += counts.lines, total.words += counts.words, total.bytes += counts.bytes;
  }
  if (files > 2) print(&total, "total");
  return status;
}
