/** Whose doing it was: decides the tone, and whether a stack trace is worth printing. */
export type Blame = "user" | "guest" | "remote" | "machine" | "bug";

interface CodeFacts {
	readonly blame: Blame;
	/** Exit status, as `docker run` uses them: 125 ours, 126 cannot be invoked, 127 not found. */
	readonly exit: number;
}

/** Every error code: the one place that says whose fault it is and how the process ends. */
export const CODES = {
	// words on the command line and in policy files
	USAGE: { blame: "user", exit: 125 },
	FLAG_UNKNOWN: { blame: "user", exit: 125 },
	FLAG_INVALID: { blame: "user", exit: 125 },
	COMMAND_UNKNOWN: { blame: "user", exit: 125 },
	GRANT_INVALID: { blame: "user", exit: 125 },
	GRANT_NOT_FOUND: { blame: "user", exit: 125 },
	GRANT_REFUSED: { blame: "user", exit: 125 },
	POLICY_INVALID: { blame: "user", exit: 125 },
	CODE_UNKNOWN: { blame: "user", exit: 125 },
	OUTPUT_UNWRITABLE: { blame: "machine", exit: 125 },
	// what was to be run
	FILE_NOT_FOUND: { blame: "user", exit: 127 },
	FILE_UNREADABLE: { blame: "user", exit: 126 },
	FILE_IS_DIRECTORY: { blame: "user", exit: 126 },
	NOT_WASM: { blame: "user", exit: 126 },
	WAT_INVALID: { blame: "user", exit: 126 },
	MODULE_INVALID: { blame: "guest", exit: 126 },
	MODULE_TOO_LARGE: { blame: "guest", exit: 126 },
	FEATURE_MISSING: { blame: "machine", exit: 126 },
	COMPONENT_INVALID: { blame: "guest", exit: 126 },
	IMPORT_UNKNOWN: { blame: "guest", exit: 126 },
	IMPORT_MISMATCH: { blame: "guest", exit: 126 },
	ENTRY_MISSING: { blame: "user", exit: 126 },
	FUNCTION_UNKNOWN: { blame: "user", exit: 1 },
	INVOKE_INVALID: { blame: "user", exit: 125 },
	// while it ran
	NOT_GRANTED: { blame: "guest", exit: 1 },
	TRAP: { blame: "guest", exit: 134 },
	TIMEOUT: { blame: "guest", exit: 124 },
	CPU_LIMIT: { blame: "guest", exit: 152 },
	MEMORY_LIMIT: { blame: "guest", exit: 134 },
	STACK_LIMIT: { blame: "guest", exit: 134 },
	LIMIT_REACHED: { blame: "guest", exit: 1 },
	// images: names, layouts, layers, the store
	REFERENCE_INVALID: { blame: "user", exit: 125 },
	DIGEST_INVALID: { blame: "user", exit: 125 },
	IMAGE_NOT_FOUND: { blame: "user", exit: 125 },
	IMAGE_IN_USE: { blame: "user", exit: 1 },
	IMAGE_UNSUPPORTED: { blame: "user", exit: 125 },
	IMAGE_INVALID: { blame: "remote", exit: 125 },
	LAYER_INVALID: { blame: "remote", exit: 125 },
	DIGEST_MISMATCH: { blame: "remote", exit: 125 },
	STORE_INVALID: { blame: "machine", exit: 125 },
	// registries
	REGISTRY_UNREACHABLE: { blame: "remote", exit: 125 },
	REGISTRY_ERROR: { blame: "remote", exit: 125 },
	REGISTRY_DENIED: { blame: "user", exit: 125 },
	CREDENTIALS_INVALID: { blame: "user", exit: 125 },
	// trust: signatures, pins, locks, policy
	KEY_INVALID: { blame: "user", exit: 125 },
	SIGNATURE_MISSING: { blame: "remote", exit: 125 },
	SIGNATURE_INVALID: { blame: "remote", exit: 125 },
	TRUST_POLICY_INVALID: { blame: "user", exit: 125 },
	UNTRUSTED: { blame: "remote", exit: 125 },
	PIN_CHANGED: { blame: "remote", exit: 125 },
	LOCK_DRIFT: { blame: "remote", exit: 125 },
	// building
	PROJECT_UNKNOWN: { blame: "user", exit: 125 },
	TOOLCHAIN_MISSING: { blame: "user", exit: 125 },
	BUILD_FILE_INVALID: { blame: "user", exit: 125 },
	BUILD_FAILED: { blame: "user", exit: 1 },
	// the machine
	RUNTIME_MISSING: { blame: "machine", exit: 125 },
	PLATFORM_UNSUPPORTED: { blame: "machine", exit: 125 },
	ISOLATION_MISSING: { blame: "machine", exit: 125 },
	IO: { blame: "machine", exit: 125 },
	BUG: { blame: "bug", exit: 125 },
} as const satisfies Record<string, CodeFacts>;

export type Code = keyof typeof CODES;
