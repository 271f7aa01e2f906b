import type { Manifest } from "./manifest.ts";

/** What an artifact is that holds no program, in words for a message; undefined when nothing gives it away. */
export function purposeOf(manifest: Manifest): string | undefined {
	const types = [
		manifest.artifactType,
		manifest.config.mediaType,
		...manifest.layers.map(({ mediaType }) => mediaType),
	].join("\n");
	return PURPOSES.find(([pattern]) => pattern.test(types))?.[1];
}

const PURPOSES: readonly (readonly [RegExp, string])[] = [
	[/^application\/vnd\.dev\.cosign\.simplesigning\./m, "a cosign signature, which hangs on another image"],
	[
		/^application\/vnd\.dev\.sigstore\.bundle/m,
		"a sigstore bundle: a signature or attestation of another image",
	],
	[/^application\/vnd\.cncf\.notary\./m, "a notation signature, which hangs on another image"],
	[/^application\/vnd\.in-toto\+json/m, "an in-toto attestation of another image"],
	[/^application\/vnd\.dsse\./m, "a signed attestation of another image"],
	[/^application\/vnd\.cyclonedx\+/m, "an SBOM of another image"],
	[/^(?:application\/spdx\+json|text\/spdx)/m, "an SBOM of another image"],
	[/^application\/vnd\.wasm\.wit\./m, "a WIT package: interfaces without a program"],
	[/^application\/vnd\.cncf\.helm\./m, "a Helm chart"],
	[/^application\/vnd\.fermyon\.spin\./m, "a Spin application without a wasm layer"],
];
