/* SPDX-License-Identifier: GPL-3.0-or-later
   "/alat" changes by itself; without this script it is loaded again by the browser. */
(function () {
  'use strict';
  var box = document.getElementById('langsung'), say = document.getElementById('hidup'), stream;
  function again() { setTimeout(function () { location.reload(); }, 15000); }
  if (!box || !say) return;
  if (!window.EventSource) { again(); return; }
  stream = new EventSource('/alat/arus?lang=' + document.documentElement.lang);
  stream.onmessage = function (event) {
    var at = document.activeElement, link = at && box.contains(at) ? at.getAttribute('href') : null, i, all;
    box.innerHTML = event.data; /* HTML of our own server, escaped there */
    all = link ? box.querySelectorAll('a') : [];
    for (i = 0; i < all.length; i++) if (all[i].getAttribute('href') === link) { all[i].focus(); break; }
    say.textContent = say.getAttribute('data-ya');
  };
  stream.onerror = function () {
    say.textContent = say.getAttribute('data-putus');
    if (stream.readyState === 2) again(); /* refused: the browser does not try again by itself */
  };
})();
