// The page's one script. It turns the titles that browsers show late, and touch never, into a tip beside the pointer, and
// opens what a link leads into. Without it the page says the same.

enum PageScript {
  /// It reads texts from the page and writes them as text only, so nothing that a result says can become markup.
  static let source: StaticString = """
    for(const t of document.querySelectorAll('svg title')){const p=t.parentNode;if(p.matches('.point'))p.dataset.tip=t.textContent;if(p.matches('.point,svg,.arm'))t.remove()}
    const tip=document.body.appendChild(document.createElement('div'));tip.id='tip';tip.hidden=true;tip.setAttribute('role','status');
    const show=e=>{const p=e.target.closest?e.target.closest('[data-tip]'):null;tip.hidden=!p;if(!p)return;tip.textContent=p.dataset.tip;
    const w=tip.offsetWidth,h=tip.offsetHeight;tip.style.left=Math.max(4,Math.min(innerWidth-w-4,e.clientX+14))+'px';
    tip.style.top=(e.clientY+h+22>innerHeight?e.clientY-h-12:e.clientY+16)+'px'};
    addEventListener('pointermove',show);addEventListener('pointerdown',show);addEventListener('scroll',()=>{tip.hidden=true},true);
    const open=()=>{const t=location.hash&&document.getElementById(location.hash.slice(1));const d=t&&t.closest('details');
    if(d&&!d.open){d.open=true;t.scrollIntoView()}};
    addEventListener('hashchange',open);open();
    """

  /// What the page's policy lets run: this script and no other. `printf %s "$source" | openssl dgst -sha256 -binary | base64`
  static let hash = "sha256-4XAoJhswziV7T3H3SYf6IPewFKApFTzVyXGFePu7AfU="

  static let markup = Markup.element("script", [:], [Markup(trusted: source)])
}
