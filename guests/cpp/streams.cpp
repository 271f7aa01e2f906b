// C++'s streams: counts the words of the file that argv[1] names, of standard input without it, and
// writes the counts, the most frequent word first, to the file argv[2] or to standard output.
#include <algorithm>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <map>
#include <string>
#include <vector>

using Counts = std::vector<std::pair<std::string, int>>;

static Counts count(std::istream &input) {
  std::map<std::string, int> counts;
  for (std::string word; input >> word;) counts[word]++;
  Counts sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto &a, const auto &b) { return a.second > b.second; });
  return sorted;
}

static int print(std::ostream &output, const Counts &counts) {
  for (const auto &[word, times] : counts) output << std::setw(6) << times << ' ' << word << '\n';
  output.flush();
  return output ? 0 : 1;
}

int main(int words, char **names) {
  std::ifstream file;
  if (words > 1) file.open(names[1]);
  if (words > 1 && !file) return std::cerr << "streams: cannot read " << names[1] << std::endl, 1;
  const Counts counts = count(words > 1 ? file : std::cin);
  if (words < 3) return print(std::cout, counts);
  std::ofstream output(names[2]);
  if (!output) return std::cerr << "streams: cannot write " << names[2] << std::endl, 1;
  return print(output, counts);
}
