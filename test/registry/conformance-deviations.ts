const ORDER = "chunks are appended whatever their Content-Range says";
const PARSER = "its parser fails within, or reads what is not there as empty";
const TAGS = "tags come in the folder's order, and n and last are not looked at";
const REFERRERS = "it is older than the referrers API";
const TAG_DELETE = "tags cannot be deleted, only manifests: the spec lets it answer 400";

/** What Debian's docker-registry 2.8.2 does otherwise, by the rule: measured, and why it is so. */
export const DOCKER_REGISTRY_DEVIATIONS: ReadonlyMap<string, string> = new Map([
	["Range: lines=1-2 of 100 bytes answers 200 (RFC 9110, 14)", "Go answers 416 to other units"],
	["Range: bytes=20-10 of 100 bytes answers 200 (RFC 9110, 14)", "Go answers 416 to a range backwards"],
	["POST with the digest and the content is enough", "it answers 202, and waits for a PUT"],
	["a first chunk that does not begin with 0 answers 416", ORDER],
	["a chunk out of order answers 416, and the upload goes on where it was", ORDER],
	["a last chunk out of order answers 416", ORDER],
	["PUT of '{}' as a manifest answers 400", PARSER],
	["PUT of '{\"schemaVersion\":2}' as a manifest answers 400", PARSER],
	["PUT of '{\"schemaVersion\":1}' as a manifest answers 400", PARSER],
	["PUT of 'null' as a manifest answers 400", PARSER],
	["a manifest over the registry's limit answers 413", "it has a limit, and answers 400"],
	["PUT by digest may set ten tags, and says which in OCI-Tag", "it is older than this rule"],
	["PUT of a manifest with a subject answers OCI-Subject", REFERRERS],
	["tags come sorted, all of them", TAGS],
	["tags of a repository without any are an empty list", "it takes such a repository for unknown"],
	["n=2 gives the first two", TAGS],
	["n=0 gives an empty list and no Link", TAGS],
	["last=b begins behind b", TAGS],
	["last without n gives the rest", TAGS],
	["the Links of pages lead through all tags, the last has none", TAGS],
	["without any, there is an empty index, even of what is not there", REFERRERS],
	["what is no digest answers 400", REFERRERS],
	["a referrer has its media type, size, artifactType and annotations", REFERRERS],
	["without an artifactType, it is the config's media type", REFERRERS],
	["an index without an artifactType is a referrer without one", REFERRERS],
	["an index with an artifactType is a referrer of that", REFERRERS],
	["referrers that were pushed before their subject are listed", REFERRERS],
	["artifactType filters, and OCI-Filters-Applied says so", REFERRERS],
	["without a filter, OCI-Filters-Applied is not there", REFERRERS],
	["referrers are those of the same repository", REFERRERS],
	["what does not fit into one index comes in pages that Links lead through", REFERRERS],
	["DELETE of a tag answers 202; then it is gone, and the manifest is not", TAG_DELETE],
	["DELETE of a tag that is not there answers 404", TAG_DELETE],
	["a referrer that was deleted is not listed any more", REFERRERS],
]);
