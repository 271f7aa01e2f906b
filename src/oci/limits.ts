/** Bounds on what others hand us, each checked before anything is allocated by it. */

/** A manifest, index or config: the distribution-spec lets registries refuse more (push.md). */
export const MANIFEST_BYTES_MAX = 4 << 20;
/** One blob: V8 compiles no module over 1 GiB, and a layer is held in memory while it runs. */
export const BLOB_BYTES_MAX = 2 ** 32;
export const LAYERS_MAX = 500;
/** Entries of an index, tags of a list, referrers of one image. */
export const ENTRIES_MAX = 10_000;
export const ANNOTATIONS_MAX = 1000;
/** How deep an index may hold an index. */
export const INDEX_DEPTH_MAX = 4;
/** All layers of an image together, unpacked. */
export const UNPACKED_BYTES_MAX = 2 ** 31;
/** Files, directories and links of all layers together. */
export const UNPACKED_ENTRIES_MAX = 500_000;
/** How deep they may lie: as many names as a path of 4,095 bytes has at most would be 2,048. */
export const UNPACKED_DEPTH_MAX = 256;
/** One extended header of a tar: a name and what others keep there (Go's reader takes no more either). */
export const TAR_HEADER_BYTES_MAX = 1 << 20;
/** How deep JSON of others may nest. */
export const JSON_DEPTH_MAX = 64;
