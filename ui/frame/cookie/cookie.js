// Keeps a small value in a cookie that only this server gets.
const YEAR = 365 * 24 * 60 * 60; // seconds

export default function ({ data }) {
  const age = data.value ? YEAR : 0;
  document.cookie = `${data.cookie}=${encodeURIComponent(data.value)}; path=/; max-age=${age}; SameSite=Strict`;
}
