/** What a guest may use up. Each has a default, a flag and a message for when it strikes. */
export interface Limits {
	/** All linear memories together. */
	readonly memory_bytes: number;
	/** Wall time from the guest's first instruction; undefined: none. */
	readonly timeout_ms: number | undefined;
	readonly cpu_time_ms: number | undefined;
	/** Open descriptors at once, the three standard ones included. */
	readonly descriptors: number;
	/** Elements of all tables together. */
	readonly table_elements: number;
	/** The guest's call stack; undefined: what the engine gives (about 1 MB). */
	readonly stack_bytes: number | undefined;
}

export const DEFAULT_LIMITS: Limits = {
	memory_bytes: 2 * 1024 ** 3,
	timeout_ms: undefined,
	cpu_time_ms: undefined,
	descriptors: 1024,
	table_elements: 10_000_000,
	stack_bytes: undefined,
};

/** The default size of a tmpfs, in bytes. */
export const TMPFS_SIZE_BYTES = 64 * 1024 ** 2;
