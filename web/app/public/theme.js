// Runs before the first paint, so that it already has the right colours. `parley.theme` holds what the person
// chose: "light", "dark", or nothing for what the system says.
(() => {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const page = document.documentElement;

  const apply = () => {
    let choice = null;
    try {
      choice = localStorage.getItem('parley.theme');
    } catch {
      // Storage is closed to us: follow the system.
    }
    const theme = choice === 'light' || choice === 'dark' ? choice : system.matches ? 'dark' : 'light';
    page.dataset.theme = theme;
    page.classList.toggle('dark', theme === 'dark');
    const bar = document.querySelector('meta[name="theme-color"]');
    bar?.setAttribute('content', theme === 'dark' ? '#18191b' : '#f9f9fb');
  };

  apply();
  system.addEventListener('change', apply);
  addEventListener('storage', apply);
})();
