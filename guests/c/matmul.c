/* Multiplies two matrices of argv[1] rows (512, the most, without it); prints the sum of the product. */
#include <stdio.h>
#include <stdlib.h>

#define ROWS_MAX 512

static double a[ROWS_MAX][ROWS_MAX], b[ROWS_MAX][ROWS_MAX], c[ROWS_MAX][ROWS_MAX];

int main(int count, char **words) {
  int rows = count > 1 ? atoi(words[1]) : ROWS_MAX;
  if (rows < 1 || rows > ROWS_MAX) return 1;
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < rows; j++) a[i][j] = (i * 7 + j) % 13, b[i][j] = (i + j * 5) % 11;
  for (int i = 0; i < rows; i++)
    for (int k = 0; k < rows; k++)
      for (int j = 0; j < rows; j++) c[i][j] += a[i][k] * b[k][j];
  double sum = 0;
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < rows; j++) sum += c[i][j];
  printf("%.0f\n", sum);
  return 0;
}
