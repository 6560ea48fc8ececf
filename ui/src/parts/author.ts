const KEY = 'meshwatch-author';

/** The name that this browser's user gave last. */
export function author(): string {
  return window.localStorage.getItem(KEY) ?? '';
}

export function rememberAuthor(name: string): void {
  window.localStorage.setItem(KEY, name);
}
