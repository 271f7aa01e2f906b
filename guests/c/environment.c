/* Prints its arguments, then its environment, one a line, each between brackets. */
#include <stdio.h>

extern char **environ;

int main(int count, char **words) {
  for (int i = 0; i < count; i++) printf("argument [%s]\n", words[i]);
  for (char **entry = environ; entry != NULL && *entry != NULL; entry++) printf("variable [%s]\n", *entry);
  return 0;
}
