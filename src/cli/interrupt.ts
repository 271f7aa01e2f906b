/** What a shell tells of a process that a signal ended, beside the signal's number. */
const SIGNALLED_STATUS = 128;
const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Does something that Ctrl-C ends in good order: `act` gets a signal, and has time to clean up; the second
 * Ctrl-C ends at once. Answers the exit status of an interrupted process then: 130, or 143 after TERM.
 */
export async function interruptible(act: (signal: AbortSignal) => Promise<number>): Promise<number> {
	const controller = new AbortController();
	let status = 0;
	const interrupt = (_name: string, number: number): void => {
		status = SIGNALLED_STATUS + number;
		controller.abort(new Interrupted());
	};
	for (const name of SIGNALS) process.once(name, interrupt);
	try {
		return await act(controller.signal);
	} catch (error) {
		if (controller.signal.aborted) return status;
		throw error;
	} finally {
		for (const name of SIGNALS) process.off(name, interrupt);
	}
}

class Interrupted extends Error {}
