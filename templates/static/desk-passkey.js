// Passkeys: the forms that a server can't work without a script. A form says what it does (data-passkey:
// create or get) and where its question comes from (data-begin); the browser's answer goes back in its
// field "answer". Without passkeys in the browser the forms stay hidden.
(() => {
  "use strict";
  if (!window.PublicKeyCredential || !navigator.credentials) return;

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => {
    if (!buffer) return undefined;
    const binary = String.fromCharCode(...new Uint8Array(buffer));
    return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };
  const keys = (list) => (list || []).map((key) => ({ ...key, id: bytes(key.id) }));

  const ask = async (kind, options) => {
    options.challenge = bytes(options.challenge);
    if (kind === "get") {
      options.allowCredentials = keys(options.allowCredentials);
      return navigator.credentials.get({ publicKey: options });
    }
    options.user.id = bytes(options.user.id);
    options.excludeCredentials = keys(options.excludeCredentials);
    return navigator.credentials.create({ publicKey: options });
  };

  const written = (key) => JSON.stringify({
    id: key.id,
    rawId: text(key.rawId),
    type: key.type,
    authenticatorAttachment: key.authenticatorAttachment || undefined,
    clientExtensionResults: key.getClientExtensionResults(),
    response: {
      clientDataJSON: text(key.response.clientDataJSON),
      attestationObject: text(key.response.attestationObject),
      transports: key.response.getTransports ? key.response.getTransports() : undefined,
      authenticatorData: key.response.attestationObject ? undefined : text(key.response.authenticatorData),
      signature: text(key.response.signature),
      userHandle: text(key.response.userHandle),
    },
  });

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const failed = form.querySelector("[data-failed]");
    const button = form.querySelector("button");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      failed.hidden = true;
      button.disabled = true;
      try {
        const begun = await fetch(form.dataset.begin, { method: "POST", headers: { Accept: "application/json" } });
        if (!begun.ok) throw new Error(begun.statusText);
        const key = await ask(form.dataset.passkey, (await begun.json()).publicKey);
        form.elements.answer.value = written(key);
        form.submit();
      } catch {
        failed.hidden = false; // refused, or given up: the browser has said why
        button.disabled = false;
      }
    });
  }
})();
