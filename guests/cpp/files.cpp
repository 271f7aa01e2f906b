// C++'s file system library inside the directory argv[1]: create, walk, copy, rename, remove.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

namespace fs = std::filesystem;

static bool write(const fs::path &path, const char *text) {
  FILE *file = std::fopen(path.c_str(), "w");
  if (file == nullptr) return false;
  std::fputs(text, file);
  return std::fclose(file) == 0;
}

static void walk(const fs::path &home) {
  std::vector<std::string> lines;
  std::error_code error;
  for (const auto &entry : fs::recursive_directory_iterator(home, error))
    lines.push_back(entry.path().lexically_relative(home).string() + (entry.is_directory() ? "/" : ""));
  std::sort(lines.begin(), lines.end());
  for (const auto &line : lines) std::printf("  %s\n", line.c_str());
  if (error) std::printf("  cannot list: %s\n", error.message().c_str());
}

static void say(const char *what, const std::error_code &error) {
  std::printf("%s: %s\n", what, error ? error.message().c_str() : "ok");
}

int main(int count, char **words) {
  const fs::path home = count > 1 ? words[1] : ".";
  std::error_code error;
  fs::create_directories(home / "a" / "b", error);
  say("create_directories", error);
  if (!write(home / "text.txt", "some text\n")) return std::puts("cannot write"), 1;
  fs::copy_file(home / "text.txt", home / "a" / "copy.txt", error);
  say("copy_file", error);
  fs::create_symlink("copy.txt", home / "a" / "link", error);
  say("create_symlink", error);
  std::printf("size through the link: %d\n", static_cast<int>(fs::file_size(home / "a" / "link", error)));
  walk(home);
  fs::rename(home / "a" / "copy.txt", home / "a" / "b" / "moved.txt", error);
  say("rename", error);
  std::printf("the link dangles: %d\n", fs::is_symlink(home / "a" / "link") && !fs::exists(home / "a" / "link", error));
  std::printf("removed: %d\n", static_cast<int>(fs::remove_all(home / "a", error)));
  say("remove_all", error);
  walk(home);
  return fs::remove(home / "text.txt", error) ? 0 : 1;
}
