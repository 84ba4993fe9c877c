/* Saves each action at once, one after the other, and keeps what could not be saved until it is.
   What is kept over a reload are ids, class codes and reason codes of one person's own actions; never a word of text. */
(() => {
  "use strict";
  const review = window.hematovision.review;
  const WAITS_S = [1, 2, 4, 8, 15];

  const newId = () =>
    window.crypto.randomUUID?.() ??
    "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
      (Number(digit) ^ (window.crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (Number(digit) / 4)))).toString(16),
    );

  review.createQueue = (store, line, { caseId, user, onSaved, onRefused, onLost, onStale, onChange }) => {
    const shelf = `hematovision.review.unsaved.${user}.${caseId}`;
    const { pending } = store;
    let busy = false;
    let halted = "";
    let tries = 0;
    let timer = 0;
    let sent = 0;

    const keep = () => {
      const kept = pending
        .filter((action) => !action.reason)
        .map(({ action_id, kind, cells, label, reason_code, image, box }) => ({ action_id, kind, cells, label, reason_code, image, box }));
      try {
        if (kept.length) {
          localStorage.setItem(shelf, JSON.stringify(kept));
        } else {
          localStorage.removeItem(shelf);
        }
      } catch {
        /* Private windows may have no storage: the question before leaving still guards what is not saved */
        document.documentElement.dataset.storage = "closed";
      }
    };
    const changed = () => onChange({ unsaved: pending.length, halted, tries });
    const later = (trouble) => {
      tries += 1;
      halted = trouble;
      clearTimeout(timer);
      timer = setTimeout(resume, WAITS_S[Math.min(tries, WAITS_S.length) - 1] * 1000);
      changed();
    };
    const drop = (action) => {
      const at = pending.indexOf(action);
      if (at >= 0) {
        pending.splice(at, 1);
        keep();
      }
    };

    const body = (action) =>
      action.kind === "add"
        ? { action_id: action.action_id, image: action.image, box: action.box }
        : {
            action_id: action.action_id,
            kind: action.kind,
            cells: action.cells.map((id) => ({ id, revision: store.saved(id)?.revision ?? 0 })),
            ...(action.label ? { label: action.label } : {}),
            ...(action.reason_code ? { reason_code: action.reason_code } : {}),
            ...(action.reason ? { reason: action.reason } : {}),
          };

    const pump = async () => {
      if (busy || halted || !pending.length) {
        return;
      }
      busy = true;
      const action = pending[0];
      sent += 1;
      changed();
      const answer = await line.send(action.kind === "add" ? "cells/" : "actions/", "POST", body(action));
      busy = false;
      if (answer.trouble) {
        if (answer.trouble === "offline" || answer.trouble === "server") {
          later(answer.trouble);
        } else {
          halted = answer.trouble;
          changed();
        }
        return;
      }
      tries = 0;
      drop(action);
      if (answer.ok) {
        const ids = store.merge(answer.body);
        store.refresh([...ids, ...action.cells, ...(action.cells.length ? [] : pending.flatMap((each) => each.cells))]);
        onSaved(action, answer.body, ids);
      } else {
        refused(action, answer);
      }
      changed();
      pump();
    };

    const refused = (action, answer) => {
      const problem = answer.body || {};
      if (answer.status === 409 && problem.code === "stale") {
        const ids = store.merge({ cells: problem.cells || [], gone: problem.gone || [] });
        store.refresh([...ids, ...action.cells]);
        onStale(action, problem);
      } else if (answer.status === 409 && ["claimed", "lease_lost", "signed", "state"].includes(problem.code)) {
        /* It stays on the list: the person decides what becomes of it */
        pending.unshift(action);
        keep();
        halted = problem.code;
        onLost(problem);
      } else {
        store.refresh(action.cells);
        onRefused(action, problem);
      }
    };

    const resume = () => {
      clearTimeout(timer);
      halted = "";
      changed();
      pump();
    };

    window.addEventListener("online", () => pending.length && halted === "offline" && resume());
    window.addEventListener("beforeunload", (event) => {
      if (pending.length) {
        event.preventDefault();
      }
    });

    return {
      push(action) {
        const full = { action_id: newId(), cells: [], ...action };
        pending.push(full);
        keep();
        store.refresh(full.cells.length ? full.cells : pending.flatMap((each) => each.cells));
        changed();
        pump();
        return full;
      },
      resume,
      status: () => ({ unsaved: pending.length, halted, tries, sent }),
      discard() {
        const ids = pending.flatMap((action) => action.cells);
        pending.length = 0;
        keep();
        halted = "";
        store.refresh(ids);
        changed();
      },
      /* What an earlier page of the same person could not save; cells that are gone are left out */
      restore() {
        let kept = [];
        try {
          kept = JSON.parse(localStorage.getItem(shelf) || "[]");
        } catch {
          kept = [];
        }
        const held = new Set(pending.map((action) => action.action_id));
        for (const action of kept) {
          if (!held.has(action.action_id) && Array.isArray(action.cells) && action.cells.every((id) => store.saved(id))) {
            pending.push(action);
          }
        }
        if (pending.length) {
          store.refresh(pending.flatMap((action) => action.cells));
          changed();
          pump();
        }
        return pending.length;
      },
    };
  };
})();
