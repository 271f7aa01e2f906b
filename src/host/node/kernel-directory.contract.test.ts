import { checkDirectory } from "../../sys/directory.contract.ts";
import { makeHostBackend } from "./backend.contract.ts";
import { openDirectory } from "./directory.ts";

checkDirectory("the kernel of Linux", () => makeHostBackend(openDirectory));
