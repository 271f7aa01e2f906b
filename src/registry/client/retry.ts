import { setTimeout as sleep } from "node:timers/promises";
import { Unreachable } from "./exchange.ts";
import type { ClientLimits } from "./limits.ts";

/** Too many requests, or a failure of the server's own: later it may go better. */
export function isBusy(status: number): boolean {
	return status === 429 || status === 500 || status === 502 || status === 503 || status === 504;
}

export function isPassing(error: unknown): boolean {
	return error instanceof Unreachable && error.passing;
}

/**
 * Waits before the next attempt: twice as long each time, varied by half so that many clients do not come
 * back at once, or what the answer asks for (Retry-After, in seconds or as a date).
 *
 * @param failures how many attempts failed, from 1
 */
export async function pause(
	failures: number,
	limits: ClientLimits,
	retryAfter: string | null,
	signal?: AbortSignal,
): Promise<void> {
	const own_ms = limits.backoff_ms * 2 ** (failures - 1) * (0.5 + Math.random());
	const wait_ms = Math.min(Math.max(own_ms, askedPause(retryAfter)), limits.backoff_max_ms);
	await sleep(wait_ms, undefined, signal === undefined ? {} : { signal });
}

function askedPause(retryAfter: string | null): number {
	if (retryAfter === null) return 0;
	const ms = /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now();
	return ms > 0 ? ms : 0;
}
