import { checkDirectory } from "../../sys/directory.contract.ts";
import { makeHostBackend } from "./backend.contract.ts";
import { openDirectoryBy } from "./directory.ts";

const TIMES = "Node sets times by doubles, to about 200 ns";
const HANDLES = "a directory that is found by its path is lost when it is renamed or removed";

checkDirectory("descriptors", () => makeHostBackend((path) => openDirectoryBy("descriptors", path)), {
	fails: { "times are kept to the nanosecond": TIMES },
});

checkDirectory("paths", () => makeHostBackend((path) => openDirectoryBy("paths", path)), {
	fails: {
		"times are kept to the nanosecond": TIMES,
		"a directory handle stays what it was when its directory is renamed": HANDLES,
		"a directory handle stays what it was when a link takes the name": HANDLES,
		"nothing is found or made in a directory that was removed": HANDLES,
	},
});
