/* A page that sends a field over a line that fails keeps a sealed copy on the device. Closed with its page, the field goes from
   any other page, under the same id: the server goes on with what it has. */
import { NotKept, keepField } from "./keeping.js";
import { heldName } from "./sending.js";
import { personHere, removeWork } from "./store.js";

const isPossible = () => window.isSecureContext && Boolean(navigator.locks && window.indexedDB);

/** The copies of one page of `user`. While the page is open nobody else sends them: it holds a lock of each. */
export const createSafe = (user) => {
  const held = new Map();

  const hold = (id) => navigator.locks.request(heldName(id), () => new Promise((release) => held.set(id, release)));

  return {
    /** Keep `file` once; whether it is kept now. `said` is what it is sent with: `caseId`, `microscope`, `replaces`. */
    async keep(id, file, said) {
      if (!isPossible() || held.has(id)) {
        return held.has(id);
      }
      held.set(id, () => {});
      const owner = await personHere();
      if (owner?.person !== user) {
        return false;
      }
      hold(id);
      try {
        await keepField(owner, file, { id, ...said });
        return true;
      } catch (error) {
        if (error instanceof NotKept) {
          return false;
        }
        throw error;
      }
    },
    /** The server has it, or nobody wants it any more. */
    async forget(id) {
      if (held.has(id)) {
        await removeWork([id]);
        held.get(id)();
        held.delete(id);
      }
    },
  };
};
