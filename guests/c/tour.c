/* A tour of the file calls that C programs live on, inside the directory that argv[1] names.
   Prints one line for each step; ends with 1 when one of them was not as POSIX says. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static int wrong;

static void step(const char *name, bool as_expected) {
  int error = errno;
  printf("%s: %s\n", name, as_expected ? "ok" : "WRONG");
  if (as_expected) return;
  printf("  errno %d: %s\n", error, strerror(error));
  wrong++;
}

static bool refuses(int result, int error) { return result == -1 && errno == error; }

static void put(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  step("fopen to write", file != NULL);
  step("fputs", fputs(text, file) >= 0);
  step("fclose", fclose(file) == 0);
}

static bool holds(const char *path, const char *text) {
  char got[256] = {0};
  FILE *file = fopen(path, "r");
  if (file == NULL) return false;
  size_t length = fread(got, 1, sizeof got - 1, file);
  fclose(file);
  return length == strlen(text) && memcmp(got, text, length) == 0;
}

static void streams(void) {
  puts("# streams");
  put("a.txt", "first\nsecond\n");
  step("fread gives back what was written", holds("a.txt", "first\nsecond\n"));
  FILE *file = fopen("a.txt", "r+");
  char line[64];
  step("fgets", fgets(line, sizeof line, file) != NULL && strcmp(line, "first\n") == 0);
  step("ftell", ftell(file) == 6);
  step("fseek from the end", fseek(file, -7, SEEK_END) == 0);
  step("fprintf in the middle", fprintf(file, "SECOND") == 6);
  rewind(file);
  step("fscanf", fscanf(file, "%63s", line) == 1 && strcmp(line, "first") == 0);
  fclose(file);
  step("the middle was replaced", holds("a.txt", "first\nSECOND\n"));
  file = fopen("a.txt", "a");
  fputs("third\n", file);
  fclose(file);
  step("append", holds("a.txt", "first\nSECOND\nthird\n"));
  step("fopen of what is not there", fopen("none.txt", "r") == NULL && errno == ENOENT);
}

static void descriptors(void) {
  puts("# descriptors");
  int fd = open("b.bin", O_CREAT | O_EXCL | O_RDWR, 0644);
  step("O_EXCL creates", fd >= 0);
  step("O_EXCL refuses what exists", refuses(open("b.bin", O_CREAT | O_EXCL | O_RDWR, 0644), EEXIST));
  step("write", write(fd, "0123456789", 10) == 10);
  step("lseek to the start", lseek(fd, 0, SEEK_SET) == 0);
  step("lseek before the start", refuses((int)lseek(fd, -1, SEEK_SET), EINVAL));
  char got[16] = {0};
  step("pread", pread(fd, got, 4, 3) == 4 && memcmp(got, "3456", 4) == 0);
  step("pwrite", pwrite(fd, "xyz", 3, 4) == 3);
  step("neither moved the offset", lseek(fd, 0, SEEK_CUR) == 0);
  struct iovec parts[3] = {{got, 2}, {got + 2, 0}, {got + 2, 8}};
  step("readv in parts", readv(fd, parts, 3) == 10 && memcmp(got, "0123xyz789", 10) == 0);
  step("read at the end", read(fd, got, 4) == 0);
  step("ftruncate shorter", ftruncate(fd, 5) == 0);
  step("ftruncate longer", ftruncate(fd, 8) == 0);
  step("what it added is zero", pread(fd, got, 8, 0) == 8 && memcmp(got, "0123x\0\0\0", 8) == 0);
  step("a hole", pwrite(fd, "!", 1, 100000) == 1);
  step("fsync", fsync(fd) == 0 && fdatasync(fd) == 0);
  struct stat status;
  step("fstat", fstat(fd, &status) == 0 && status.st_size == 100001 && S_ISREG(status.st_mode));
  step("close", close(fd) == 0);
  step("close twice", refuses(close(fd), EBADF));
  fd = open("b.bin", O_WRONLY | O_APPEND);
  step("O_APPEND writes at the end", write(fd, "+", 1) == 1 && lseek(fd, 0, SEEK_CUR) == 100002);
  step("F_GETFL", (fcntl(fd, F_GETFL) & O_APPEND) != 0);
  step("F_SETFL", fcntl(fd, F_SETFL, 0) == 0 && (fcntl(fd, F_GETFL) & O_APPEND) == 0);
  step("reading what is open to write", refuses((int)read(fd, got, 1), EBADF));
  close(fd);
  fd = open("b.bin", O_RDONLY);
  step("writing what is open to read", refuses((int)write(fd, "x", 1), EBADF));
  close(fd);
  step("O_TRUNC", (fd = open("b.bin", O_WRONLY | O_TRUNC)) >= 0 && fstat(fd, &status) == 0 && status.st_size == 0);
  close(fd);
}

static int by_name(const void *left, const void *right) { return strcmp(left, right); }

static void list(const char *path) {
  static char names[64][256];
  DIR *directory = opendir(path);
  step("opendir", directory != NULL);
  int count = 0;
  for (struct dirent *entry; count < 64 && (entry = readdir(directory)) != NULL;) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    snprintf(names[count++], sizeof names[0], "%s %s", entry->d_name,
             entry->d_type == DT_DIR ? "directory" : entry->d_type == DT_LNK ? "link" : "file");
  }
  closedir(directory);
  qsort(names, (size_t)count, sizeof names[0], by_name);
  for (int i = 0; i < count; i++) printf("  %s\n", names[i]);
}

static void directories(void) {
  puts("# directories");
  step("mkdir", mkdir("d", 0755) == 0);
  step("mkdir of what exists", refuses(mkdir("d", 0755), EEXIST));
  step("mkdir inside", mkdir("d/e", 0755) == 0);
  put("d/e/f.txt", "deep");
  step("a path with . and ..", holds("./d/../d/./e/f.txt", "deep"));
  list(".");
  list("d");
  step("rmdir of what is not empty", refuses(rmdir("d"), ENOTEMPTY));
  step("rmdir of a file", refuses(rmdir("a.txt"), ENOTDIR));
  step("unlink of a directory", refuses(unlink("d"), EISDIR) || errno == EPERM);
  step("opening a directory to write", refuses(open("d", O_WRONLY), EISDIR));
  step("O_DIRECTORY of a file", refuses(open("a.txt", O_RDONLY | O_DIRECTORY), ENOTDIR));
  step("a file as a directory", refuses(open("a.txt/b", O_RDONLY), ENOTDIR));
  int fd = open("d", O_RDONLY | O_DIRECTORY);
  int inner = openat(fd, "e/f.txt", O_RDONLY);
  step("openat", fd >= 0 && inner >= 0);
  step("rename of the directory above", rename("d", "moved") == 0);
  struct stat status;
  step("an open directory stays the one it was", fstatat(fd, "e/f.txt", &status, 0) == 0 && status.st_size == 4);
  close(inner);
  close(fd);
}

static void names(void) {
  puts("# names");
  struct stat status, other;
  step("rename over a file", rename("moved/e/f.txt", "a.txt") == 0 && holds("a.txt", "deep"));
  step("rename of what is not there", refuses(rename("none", "some"), ENOENT));
  step("link", link("a.txt", "hard") == 0);
  step("both names are one file", stat("a.txt", &status) == 0 && stat("hard", &other) == 0 &&
                                      status.st_ino == other.st_ino && status.st_nlink == 2);
  step("symlink", symlink("a.txt", "soft") == 0);
  char target[64] = {0};
  step("readlink", readlink("soft", target, sizeof target) == 5 && strcmp(target, "a.txt") == 0);
  step("a link is followed", holds("soft", "deep"));
  step("lstat sees the link", lstat("soft", &status) == 0 && S_ISLNK(status.st_mode));
  step("O_NOFOLLOW refuses it", refuses(open("soft", O_RDONLY | O_NOFOLLOW), ELOOP));
  step("a link to itself", symlink("circle", "circle") == 0 && refuses(open("circle", O_RDONLY), ELOOP));
  list(".");
  step("unlink", unlink("hard") == 0 && unlink("soft") == 0 && unlink("circle") == 0);
  step("what was unlinked is gone", refuses(stat("hard", &status), ENOENT));
  struct timespec times[2] = {{1000000000, 0}, {1234567890, 500000000}};
  step("utimensat", utimensat(AT_FDCWD, "a.txt", times, 0) == 0);
  step("its times are kept", stat("a.txt", &status) == 0 && status.st_mtim.tv_sec == 1234567890 &&
                                 status.st_mtim.tv_nsec == 500000000 && status.st_atim.tv_sec == 1000000000);
  step("access", access("a.txt", R_OK) == 0 && refuses(access("none", F_OK), ENOENT));
}

static void clean(void) {
  puts("# cleaning up");
  step("everything goes", unlink("a.txt") == 0 && unlink("b.bin") == 0 && rmdir("moved/e") == 0 && rmdir("moved") == 0);
  list(".");
}

int main(int count, char **words) {
  step("chdir", chdir(count > 1 ? words[1] : ".") == 0);
  streams();
  descriptors();
  directories();
  names();
  clean();
  return wrong == 0 ? 0 : 1;
}
