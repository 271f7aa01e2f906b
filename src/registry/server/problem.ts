/** The codes that a registry's errors may have (distribution-spec, "Error Codes"). */
export type ProblemCode =
	| "BLOB_UNKNOWN"
	| "BLOB_UPLOAD_INVALID"
	| "BLOB_UPLOAD_UNKNOWN"
	| "DIGEST_INVALID"
	| "MANIFEST_BLOB_UNKNOWN"
	| "MANIFEST_INVALID"
	| "MANIFEST_UNKNOWN"
	| "NAME_INVALID"
	| "NAME_UNKNOWN"
	| "SIZE_INVALID"
	| "UNAUTHORIZED"
	| "DENIED"
	| "UNSUPPORTED"
	| "TOOMANYREQUESTS";

/** Why a request was not served: what the client is told. */
export class Problem extends Error {
	override readonly name = "Problem";
	readonly status: number;
	readonly code: ProblemCode;
	readonly headers: Readonly<Record<string, string>>;

	constructor(
		status: number,
		code: ProblemCode,
		message: string,
		headers: Readonly<Record<string, string>> = {},
	) {
		super(message);
		this.status = status;
		this.code = code;
		this.headers = headers;
	}

	/** The body of the answer. */
	get text(): string {
		return JSON.stringify({ errors: [{ code: this.code, message: this.message }] });
	}
}
