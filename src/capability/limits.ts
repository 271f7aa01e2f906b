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
	/** What a guest may write into the root that its image gives it. */
	readonly storage_bytes: number;
	/** The guest's call stack; undefined: what the engine gives (about 1 MB). */
	readonly stack_bytes: number | undefined;
}

export const DEFAULT_LIMITS: Limits = {
	memory_bytes: 2 * 1024 ** 3,
	timeout_ms: undefined,
	cpu_time_ms: undefined,
	descriptors: 1024,
	table_elements: 10_000_000,
	storage_bytes: 64 * 1024 ** 2,
	stack_bytes: undefined,
};

/** The least and the most that each limit may be set to, both included, in its own unit. */
export const LIMIT_RANGES: Readonly<Record<keyof Limits, { readonly min: number; readonly max: number }>> = {
	// one page; more than 16 GiB no memory of V8's can have
	memory_bytes: { min: 64 * 1024, max: 64 * 1024 ** 3 },
	// what a 32-bit timer can wait: 24 days
	timeout_ms: { min: 1, max: 2_147_483_647 },
	cpu_time_ms: { min: 1, max: 2_147_483_647 },
	// the standard three and one preopen
	descriptors: { min: 4, max: 1_048_576 },
	// V8's own most for a table
	table_elements: { min: 0, max: 10_000_000 },
	// it lives in memory, as a tmpfs does
	storage_bytes: { min: 0, max: 64 * 1024 ** 3 },
	stack_bytes: { min: 64 * 1024, max: 512 * 1024 ** 2 },
};

/** The default size of a tmpfs, in bytes. */
export const TMPFS_SIZE_BYTES = 64 * 1024 ** 2;
export const TMPFS_SIZE_BYTES_MAX = 64 * 1024 ** 3;
