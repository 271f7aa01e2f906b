import { checkDirectory } from "../../sys/directory.contract.ts";
import { makeMemoryBackend } from "./backend.contract.ts";

checkDirectory("memory", makeMemoryBackend);
