import type { Evidence, Finding } from "../report.ts";
import type { KindId } from "./kinds.ts";

const SHOWN_BYTES = 8;

/** Of these the words do not say what the bytes are. Secrets are not shown; texts show themselves. */
const SHOWN: ReadonlySet<string> = new Set<KindId>([
	"embedded-executable",
	"start-calls-imports",
	"start-function",
	"crypto-constants",
	"hash-like-loops",
	"unknown-custom-section",
]);

/** The same findings, with the first bytes of the evidence where words do not show them. */
export function withBytes(findings: readonly Finding[], program: Uint8Array): Finding[] {
	return findings.map((finding) =>
		SHOWN.has(finding.id)
			? { ...finding, evidence: finding.evidence.map((one) => shown(one, program)) }
			: finding,
	);
}

function shown(evidence: Evidence, program: Uint8Array): Evidence {
	const { offset } = evidence;
	if (offset === undefined) return evidence;
	const bytes = program.subarray(offset, offset + SHOWN_BYTES);
	return { ...evidence, bytes: Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("") };
}
