import type { Flag } from "./flags.ts";

/** What the flags of a server's certificate write into. */
export interface TlsDraft {
	tlsCert: string | undefined;
	tlsKey: string | undefined;
}

/** `--tls-cert` and `--tls-key`. `speaks`: what the server speaks with them. */
export function tlsFlags<Draft extends TlsDraft>(group: string, speaks: string): readonly Flag<Draft>[] {
	return [
		{
			long: "tls-cert",
			value: "FILE",
			completes: "file",
			group,
			doc: `Speak ${speaks} with this certificate (PEM)`,
			apply: (draft, text) => (draft.tlsCert = text),
		},
		{
			long: "tls-key",
			value: "FILE",
			completes: "file",
			group,
			doc: "The key of the certificate (PEM)",
			apply: (draft, text) => (draft.tlsKey = text),
		},
	];
}
