/** What a process that Ctrl-C ended answers. */
export const INTERRUPTED_STATUS = 130;

/**
 * Does something that Ctrl-C ends in good order: `act` gets a signal, and has time to clean up; the second
 * Ctrl-C ends at once. Answers the exit status of an interrupted process then.
 */
export async function interruptible(act: (signal: AbortSignal) => Promise<number>): Promise<number> {
	const controller = new AbortController();
	const interrupt = (): void => controller.abort(new Interrupted());
	for (const name of SIGNALS) process.once(name, interrupt);
	try {
		return await act(controller.signal);
	} catch (error) {
		if (controller.signal.aborted) return INTERRUPTED_STATUS;
		throw error;
	} finally {
		for (const name of SIGNALS) process.off(name, interrupt);
	}
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

class Interrupted extends Error {}
