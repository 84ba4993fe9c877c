/* Of the service worker: a message that comes while no page is open, and what a press on it opens. */
const PATH = "/notifications/";

const said = (data) => {
  try {
    return data?.json() ?? {};
  } catch {
    return {};
  }
};

/* One stands for those before it: that there is something new is said once, however much it is */
const show = ({ title = "HematoVision", body = "" }) =>
  self.registration.showNotification(title, { body, tag: "something-new", renotify: true });

const open = async () => {
  const pages = await self.clients.matchAll({ type: "window" });
  const page = pages.find((each) => new URL(each.url).pathname === PATH);
  return page ? page.focus() : self.clients.openWindow(PATH);
};

export const tellWhileClosed = () => {
  self.addEventListener("push", (event) => event.waitUntil(show(said(event.data))));
  self.addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(open());
  });
};
