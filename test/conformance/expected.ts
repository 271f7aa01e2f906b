/**
 * Tests of the official suite that `wherry run` is known to fail, each with its reason. One that
 * passes unexpectedly fails the run, so that this list cannot grow stale.
 */
export const EXPECTED_FAILURES: Readonly<Record<string, string>> = {};
