/* The sun and four planets for argv[1] steps of a hundredth of a year (1,000,000 without it).
   Prints the energy before and after. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define BODIES 5
#define SOLAR_MASS (4 * 3.141592653589793 * 3.141592653589793)
#define YEAR 365.24

struct body {
  double x, y, z, vx, vy, vz, mass;
};

static struct body bodies[BODIES] = {
    {0, 0, 0, 0, 0, 0, SOLAR_MASS},
    {4.84143144246472090e+00, -1.16032004402742839e+00, -1.03622044471123109e-01, 1.66007664274403694e-03 * YEAR,
     7.69901118419740425e-03 * YEAR, -6.90460016972063023e-05 * YEAR, 9.54791938424326609e-04 * SOLAR_MASS},
    {8.34336671824457987e+00, 4.12479856412430479e+00, -4.03523417114321381e-01, -2.76742510726411899e-03 * YEAR,
     4.99852801234917238e-03 * YEAR, 2.30417297573763929e-05 * YEAR, 2.85885980666130812e-04 * SOLAR_MASS},
    {1.28943695621391310e+01, -1.51111514016986312e+01, -2.23307578892655734e-01, 2.96460137564761618e-03 * YEAR,
     2.37847173959480950e-03 * YEAR, -2.96589568540237556e-05 * YEAR, 4.36624404335156298e-05 * SOLAR_MASS},
    {1.53796971148509165e+01, -2.59193146099879641e+01, 1.79258772950371181e-01, 2.68067772490389322e-03 * YEAR,
     1.62824170038242295e-03 * YEAR, -9.51592254519715870e-05 * YEAR, 5.15138902046611451e-05 * SOLAR_MASS}};

static void rest_the_sun(void) {
  struct body *sun = &bodies[0];
  for (int i = 1; i < BODIES; i++) {
    sun->vx -= bodies[i].vx * bodies[i].mass / SOLAR_MASS;
    sun->vy -= bodies[i].vy * bodies[i].mass / SOLAR_MASS;
    sun->vz -= bodies[i].vz * bodies[i].mass / SOLAR_MASS;
  }
}

static double energy(void) {
  double sum = 0;
  for (int i = 0; i < BODIES; i++) {
    struct body *a = &bodies[i];
    sum += 0.5 * a->mass * (a->vx * a->vx + a->vy * a->vy + a->vz * a->vz);
    for (int j = i + 1; j < BODIES; j++) {
      struct body *b = &bodies[j];
      double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
      sum -= a->mass * b->mass / sqrt(dx * dx + dy * dy + dz * dz);
    }
  }
  return sum;
}

static void pull(struct body *a, struct body *b, double time) {
  double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
  double square = dx * dx + dy * dy + dz * dz;
  double force = time / (square * sqrt(square));
  a->vx -= dx * b->mass * force, a->vy -= dy * b->mass * force, a->vz -= dz * b->mass * force;
  b->vx += dx * a->mass * force, b->vy += dy * a->mass * force, b->vz += dz * a->mass * force;
}

static void advance(double time) {
  for (int i = 0; i < BODIES; i++)
    for (int j = i + 1; j < BODIES; j++) pull(&bodies[i], &bodies[j], time);
  for (int i = 0; i < BODIES; i++) {
    struct body *body = &bodies[i];
    body->x += time * body->vx, body->y += time * body->vy, body->z += time * body->vz;
  }
}

int main(int count, char **words) {
  long steps = count > 1 ? atol(words[1]) : 1000000;
  rest_the_sun();
  printf("%.9f\n", energy());
  for (long i = 0; i < steps; i++) advance(0.01);
  printf("%.9f\n", energy());
  return 0;
}
