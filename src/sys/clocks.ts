/** The machine's time. All values are nanoseconds. */
export interface Clocks {
	/** Since 1970-01-01T00:00:00Z. */
	realtime_ns(): bigint;
	/** Since some fixed moment; never goes back. */
	monotonic_ns(): bigint;
	/** The CPU time that this process has used. */
	cpu_ns(): bigint;
	/** The smallest step of the clocks above. */
	readonly resolution_ns: bigint;
}
