import { Anchor } from '@mantine/core';
import { useSyncExternalStore, type ReactNode } from 'react';

const CHANGED = 'meshwatch-location';

/** Goes to another page of this application without loading it again. */
export function go(url: string): void {
  window.history.pushState(null, '', url);
  window.dispatchEvent(new Event(CHANGED));
  window.scrollTo(0, 0);
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('popstate', listener);
  window.addEventListener(CHANGED, listener);
  return () => {
    window.removeEventListener('popstate', listener);
    window.removeEventListener(CHANGED, listener);
  };
}

export function useLocation(): URL {
  return new URL(useSyncExternalStore(subscribe, () => window.location.href));
}

export function PageLink({ to, children }: { to: string; children: ReactNode }) {
  return (
    <Anchor
      href={to}
      onClick={(event) => {
        if (!event.ctrlKey && !event.metaKey && !event.shiftKey) {
          event.preventDefault();
          go(to);
        }
      }}
    >
      {children}
    </Anchor>
  );
}
