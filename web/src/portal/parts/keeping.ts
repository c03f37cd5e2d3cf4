/** What this phone keeps: small things in localStorage; a browser that keeps nothing still works until it is closed. */
const memory = new Map<string, string>()

export function kept<T>(key: string): T | null {
  try {
    const text = localStorage.getItem(key) ?? memory.get(key)
    return text ? (JSON.parse(text) as T) : null
  } catch {
    return null
  }
}

export function keep(key: string, value: unknown): void {
  const text = JSON.stringify(value)
  memory.set(key, text)
  try {
    localStorage.setItem(key, text)
  } catch {
    // Kept in memory until the page is closed.
  }
}

export function forget(key: string): void {
  memory.delete(key)
  try {
    localStorage.removeItem(key)
  } catch {
    // There was nothing to forget.
  }
}
