/** Whether keys pressed on `target` write text there, so that they are no commands of the page. */
export const isTyping = (target) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
  !["checkbox", "radio", "button", "submit"].includes(target.type);
