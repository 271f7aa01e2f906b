/* A SQLite shell of the smallest kind: runs the SQL on standard input, line by line, against the
   database argv[1], and prints each row with its columns separated by '|'. */
#include <stdio.h>
#include <string.h>

#include "sqlite3.h"

static int print_row(void *unused, int columns, char **values, char **names) {
  (void)unused, (void)names;
  for (int i = 0; i < columns; i++) printf("%s%s", i == 0 ? "" : "|", values[i] == NULL ? "" : values[i]);
  putchar('\n');
  return 0;
}

int main(int count, char **words) {
  static char line[65536];
  sqlite3 *database;
  if (count != 2) return fputs("usage: shell DATABASE\n", stderr), 2;
  /* WASI has no file locks; the default, a lock file, would outlive a killed process */
  if (sqlite3_open_v2(words[1], &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "unix-none") != SQLITE_OK) {
    fprintf(stderr, "shell: %s: %s\n", words[1], sqlite3_errmsg(database));
    return 1;
  }
  while (fgets(line, sizeof line, stdin) != NULL) {
    char *message = NULL;
    if (sqlite3_exec(database, line, print_row, NULL, &message) != SQLITE_OK) {
      fprintf(stderr, "shell: %s\n", message);
      return 1;
    }
    fflush(stdout);
  }
  return sqlite3_close(database) == SQLITE_OK ? 0 : 1;
}
