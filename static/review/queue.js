/* Saves each action at once, one after the other, and keeps what could not be saved until it is. Without a page: where
   actions are kept, how a pause is made and how an id is given come from outside.
   What is kept over a reload are ids, class codes and reason codes of one person's own actions; never a word of text. */
const WAITS_S = [1, 2, 4, 8, 15];
/* The case is somebody else's or closed: the person decides what becomes of the action */
const LOST = ["claimed", "lease_lost", "signed", "state"];
const KEPT = ["action_id", "kind", "cells", "displayed", "label", "reason_code", "image", "box"];

const newUuid = () =>
  globalThis.crypto.randomUUID?.() ??
  "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) => {
    const random = globalThis.crypto.getRandomValues(new Uint8Array(1))[0];
    return (Number(digit) ^ (random & (15 >> (Number(digit) / 4)))).toString(16);
  });
const pause = (then, seconds) => {
  const timer = setTimeout(then, seconds * 1000);
  return () => clearTimeout(timer);
};

/**
 * `shelf` reads and writes the list of kept actions; `after(then, seconds)` answers how to call it off.
 * `status()` is {unsaved, halted}: halted is "", or why nothing is sent now: offline, server, signed_out,
 * other_person, or one of the codes with which the server refuses because the case is not this person's any more.
 */
export const createQueue = (
  store,
  server,
  { shelf, onSaved, onRefused, onLost, onStale, onChange, after = pause, newId = newUuid },
) => {
  const { pending } = store;
  let busy = false;
  let halted = "";
  let tries = 0;
  let callOff = () => {};

  const status = () => ({ unsaved: pending.length, halted });
  const changed = () => onChange(status());
  const keep = () => {
    const kept = pending.filter((action) => !action.reason);
    shelf.write(kept.map((action) => Object.fromEntries(KEPT.map((name) => [name, action[name]]))));
  };
  const touched = () => pending.flatMap((action) => action.cells);

  const body = ({ action_id, kind, cells, displayed, label, reason_code, reason, image, box }) => {
    if (kind === "add") {
      return { action_id, image, box };
    }
    const each = (id) => ({
      id,
      revision: store.saved(id)?.revision ?? 0,
      displayed: Boolean(displayed?.includes(id)),
    });
    return {
      action_id,
      kind,
      cells: cells.map(each),
      ...(label ? { label } : {}),
      ...(reason_code ? { reason_code } : {}),
      ...(reason ? { reason } : {}),
    };
  };

  const halt = (trouble) => {
    halted = trouble;
    if (trouble === "offline" || trouble === "server") {
      tries += 1;
      callOff();
      callOff = after(resume, WAITS_S[Math.min(tries, WAITS_S.length) - 1]);
    }
    changed();
  };
  const refused = (action, { status: code, body: problem }) => {
    if (code === 409 && problem?.code === "stale") {
      const ids = store.merge({ cells: problem.cells || [], gone: problem.gone || [] });
      store.refresh([...ids, ...action.cells]);
      onStale(action, problem);
    } else if (code === 409 && LOST.includes(problem?.code)) {
      pending.unshift(action);
      keep();
      halted = problem.code;
      onLost(problem);
    } else {
      store.refresh(action.cells);
      onRefused(problem || {});
    }
  };
  const pump = async () => {
    if (busy || halted || !pending.length) {
      return;
    }
    busy = true;
    const [action] = pending;
    changed();
    const answer = await server.send(action.kind === "add" ? "cells/" : "actions/", "POST", body(action));
    busy = false;
    if (answer.trouble) {
      halt(answer.trouble);
      return;
    }
    tries = 0;
    const at = pending.indexOf(action);
    if (at >= 0) {
      pending.splice(at, 1);
      keep();
    }
    if (answer.ok) {
      const ids = store.merge(answer.body);
      /* An undo concerns no cell by name: it may take back any of those that are still unsaved */
      store.refresh([...ids, ...action.cells, ...(action.cells.length ? [] : touched())]);
      onSaved(action, answer.body, ids);
    } else {
      refused(action, answer);
    }
    changed();
    pump();
  };
  const resume = () => {
    callOff();
    halted = "";
    changed();
    pump();
  };

  return {
    status,
    resume,
    push(action) {
      const full = { action_id: newId(), cells: [], ...action };
      pending.push(full);
      keep();
      store.refresh(full.cells.length ? full.cells : touched());
      changed();
      pump();
      return full;
    },
    /* The line is back */
    online() {
      if (pending.length && halted === "offline") {
        resume();
      }
    },
    discard() {
      const ids = touched();
      pending.length = 0;
      keep();
      halted = "";
      store.refresh(ids);
      changed();
    },
    /* What an earlier page of the same person could not save; cells that are gone are left out */
    restore() {
      const held = new Set(pending.map((action) => action.action_id));
      for (const action of shelf.read()) {
        if (!held.has(action.action_id) && Array.isArray(action.cells) && action.cells.every((id) => store.saved(id))) {
          pending.push(action);
        }
      }
      if (pending.length) {
        store.refresh(touched());
        changed();
        pump();
      }
    },
  };
};
