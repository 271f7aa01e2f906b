/* Creates argv[2] small files (10,000 without it) in the directory argv[1], stats, reads, lists and
   removes them. Prints what it counted. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[4096];

static const char *name(const char *directory, long number) {
  snprintf(path, sizeof path, "%s/small-%05ld.txt", directory, number);
  return path;
}

static int create(const char *directory, long files) {
  char text[64];
  for (long i = 0; i < files; i++) {
    int fd = open(name(directory, i), O_CREAT | O_EXCL | O_WRONLY, 0644);
    int length = snprintf(text, sizeof text, "this is file %ld\n", i);
    if (fd < 0 || write(fd, text, (size_t)length) != length || close(fd) != 0) return perror(path), 1;
  }
  return 0;
}

static long long stat_all(const char *directory, long files) {
  long long bytes = 0;
  struct stat status;
  for (long i = 0; i < files; i++) {
    if (stat(name(directory, i), &status) != 0) return perror(path), -1;
    bytes += status.st_size;
  }
  return bytes;
}

static long long read_all(const char *directory, long files) {
  long long bytes = 0;
  char text[64];
  for (long i = 0; i < files; i++) {
    int fd = open(name(directory, i), O_RDONLY);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text);
    if (length < 0 || close(fd) != 0) return perror(path), -1;
    bytes += length;
  }
  return bytes;
}

static long list(const char *directory) {
  DIR *entries = opendir(directory);
  if (entries == NULL) return perror(directory), -1;
  long count = 0;
  for (struct dirent *entry; (entry = readdir(entries)) != NULL;) count += strncmp(entry->d_name, "small-", 6) == 0;
  closedir(entries);
  return count;
}

static int remove_all(const char *directory, long files) {
  for (long i = 0; i < files; i++)
    if (unlink(name(directory, i)) != 0) return perror(path), 1;
  return 0;
}

int main(int count, char **words) {
  const char *directory = count > 1 ? words[1] : ".";
  long files = count > 2 ? atol(words[2]) : 10000;
  if (create(directory, files) != 0) return 1;
  long long statted = stat_all(directory, files);
  long long read = read_all(directory, files);
  long listed = list(directory);
  if (remove_all(directory, files) != 0) return 1;
  printf("%lld bytes statted, %lld read, %ld files listed, %ld left\n", statted, read, listed, list(directory));
  return statted == read && listed == files ? 0 : 1;
}
