/* Counts the points of the Mandelbrot set on a grid of argv[1] by argv[1] (1600 without it). */
#include <stdio.h>
#include <stdlib.h>

static int belongs(double cx, double cy) {
  double x = 0, y = 0;
  for (int i = 0; i < 100; i++) {
    double xx = x * x, yy = y * y;
    if (xx + yy > 4) return 0;
    y = 2 * x * y + cy;
    x = xx - yy + cx;
  }
  return 1;
}

int main(int count, char **words) {
  int size = count > 1 ? atoi(words[1]) : 1600;
  long inside = 0;
  for (int row = 0; row < size; row++)
    for (int column = 0; column < size; column++)
      inside += belongs(3.0 * column / size - 2.25, 3.0 * row / size - 1.5);
  printf("%ld\n", inside);
  return 0;
}
