// Watches the grid from inside the page: what is drawn in each frame, and which tasks were long.
// A cell shows its picture once the page says that it is decoded, and a colour once it has one behind it.
(() => {
  /** Places that are looked at in each frame. Each is asked of the browser, which is work that the page has no part in. */
  const PLACES = 3;

  function cellsInView() {
    const grid = document.querySelector('[role=grid]');
    if (!grid) return [];
    const box = grid.getBoundingClientRect();
    const rows = [...grid.querySelectorAll('[role=row]')].filter((row) => {
      const own = row.getBoundingClientRect();
      return own.bottom > box.top + 1 && own.top < box.bottom - 1 && own.height > 0;
    });
    // A row that is drawn as stripes of colours stands for its pictures.
    return rows.flatMap((row) => (row.classList.contains('sketched') ? [row] : [...row.querySelectorAll('[role=gridcell]')]));
  }

  const hasPicture = (cell) => cell.querySelector(':scope > canvas:is([data-state=known], [data-state=loaded])') !== null;
  const hasColour = (cell) => cell.style.backgroundColor !== '' || /rgb|#/.test(cell.style.backgroundImage) || hasPicture(cell);

  /** What stands at a few places across the grid: tiles, tiles with at least a colour, tiles with their picture. */
  function sample(box) {
    const found = { tiles: 0, colours: 0, pictures: 0 };
    for (let place = 0.5; place < PLACES; place += 1) {
      const [x, y] = [box.left + (box.width * place) / PLACES, box.top + (box.height * place) / PLACES];
      const cell = document.elementFromPoint(x, y)?.closest('[role=gridcell], .sketched');
      if (!cell) continue;
      found.tiles += 1;
      if (hasColour(cell)) found.colours += 1;
      if (hasPicture(cell)) found.pictures += 1;
    }
    return found;
  }

  /** Resolves with the moment at which every tile in view has its picture, and `changed` holds. */
  function whenFull(changed) {
    return new Promise((done) => {
      const look = () => {
        const cells = cellsInView();
        if (cells.length > 0 && changed(cells) && cells.every(hasPicture)) done(performance.now());
        else requestAnimationFrame(look);
      };
      look();
    });
  }

  const indexOf = (cell) => Number(cell?.dataset.index ?? cell?.dataset.first ?? -1);
  const firstIndex = () => indexOf(cellsInView()[0]);
  const longTasks = [];
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) longTasks.push({ start: task.startTime, ms: task.duration });
  }).observe({ type: 'longtask', buffered: true });

  const probe = {
    longTasks,
    firstIndex,
    tilesInView: () => cellsInView().length,

    /** Milliseconds from the navigation until the first picture, and until all in view. */
    async opened() {
      const first = new Promise((done) => {
        const look = () => (cellsInView().some(hasPicture) ? done(performance.now()) : requestAnimationFrame(look));
        look();
      });
      const all = whenFull(() => true);
      return { first: await first, all: await all };
    },

    /** Call before a press on the scrubber: milliseconds from the press until all pictures of the new place are there. */
    armJump() {
      const before = firstIndex();
      probe.jump = new Promise((done) => {
        addEventListener(
          'pointerdown',
          async (event) => {
            const full = await whenFull((cells) => indexOf(cells[0]) !== before);
            done({ ms: full - event.timeStamp, index: firstIndex() });
          },
          { capture: true, once: true },
        );
      });
    },

    /** Begins to look at every frame; `endFling` says what was seen. */
    beginFling() {
      const box = document.querySelector('[role=grid]').getBoundingClientRect();
      const seen = { frames: 0, longestFrame: 0, noTiles: 0, noColours: 0, noPictures: 0, pictures: 0, points: 0 };
      const since = { tiles: null, colours: null, pictures: null };
      const longest = { tiles: 'noTiles', colours: 'noColours', pictures: 'noPictures' };
      let last = performance.now();
      probe.flinging = true;
      probe.flung = { seen, from: last };
      // Looked at right after the frame was drawn, when nothing has to be laid out for it.
      const drawn = new MessageChannel();
      drawn.port1.onmessage = () => {
        const now = performance.now();
        const found = sample(box);
        seen.frames += 1;
        seen.longestFrame = Math.max(seen.longestFrame, now - last);
        seen.pictures += found.pictures;
        seen.points += PLACES;
        for (const kind of Object.keys(longest)) {
          if (found[kind] > 0) since[kind] = null;
          else {
            since[kind] ??= last;
            seen[longest[kind]] = Math.max(seen[longest[kind]], now - since[kind]);
          }
        }
        last = now;
        if (probe.flinging) requestAnimationFrame(() => drawn.port2.postMessage(null));
      };
      requestAnimationFrame(() => drawn.port2.postMessage(null));
    },

    /** Ends the looking; waits until all pictures in view are there. */
    async endFling() {
      const stopped = performance.now();
      probe.flinging = false;
      const full = await whenFull(() => true);
      const tasks = longTasks.filter((task) => task.start >= probe.flung.from && task.start <= stopped);
      return { ...probe.flung.seen, ms: stopped - probe.flung.from, settled: full - stopped, longTasks: tasks.map((task) => task.ms) };
    },
  };
  window.probe = probe;
})();
