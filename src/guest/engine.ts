/** The part of the JavaScript engine that can be turned: V8's flags, on Node. */
export interface EngineFlags {
	/** Sets flags (`--liftoff-only`, ...) for what is compiled from now on. */
	set(flags: readonly string[]): void;
}
