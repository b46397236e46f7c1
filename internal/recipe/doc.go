// Package recipe reads a site by a description in YAML instead of code.
//
// A recipe says who the site is (the fields of source.Spec), what to ask
// for, how to find the items in the answer, and which part of an item is
// which field of a market.Draft. Fields are copied in the site's own words;
// reading amounts, dates and places is the business of normalising.
//
// # The spec
//
//	name: example               # = the directory's name
//	title: Example Jobs
//	home: https://example.com
//	schedule: "17 */6 * * *"    # UTC, or "@every 1h"
//	enabled: true               # false needs why and needs
//	why: ...
//	needs: ...
//	env: [KAJKHOJ_EXAMPLE_KEY]  # what {env.NAME} may name
//	close_after: 1              # 1 for APIs and feeds, 2 for HTML
//	rolling: false
//	max_age: 720h
//	limits: {pages: 50, bytes: 8388608, items: 10000, time: 10m}
//	terms:
//	  url: https://example.com/terms
//	  read: 2026-10-02
//	  note: What they say, in a sentence.
//	  allowed: Why the site may be collected, in a sentence.
//	  poll_floor: 1h
//	  delay: 2s
//	  attribution: Example Jobs
//	  attribution_url: https://example.com
//	  follow: true
//	  full_text: true
//	  syndicate: false
//	  index: false
//	  permission: false
//	  keep: 720h                # the text of a closed listing; 0s: not at all
//	  refresh: 0s               # what was not seen again for so long is closed
//
// # The request and its pages
//
//	each: [design, writing]     # or {env: KAJKHOJ_EXAMPLE_BOARDS}: values parted by commas
//	request:
//	  url: https://example.com/api?page={page}&limit={size}
//	  method: GET
//	  header: {Accept: application/json, X-Key: "{env.KAJKHOJ_EXAMPLE_KEY}"}
//	  body: '{"page": {page}}'
//	paging:                     # absent: there is one page
//	  by: page                  # page, offset, cursor or next
//	  first: 1                  # the first {page} (default 1) or {offset} (default 0)
//	  size: 20                  # {size}, and what {offset} grows by
//	  cursor: .meta.cursor      # by cursor: a field of the whole page; none ends
//	  next: {css: a.next, attr: href} # by next: likewise, the next page's address
//	  stop: .page >= .last      # a condition on the whole page: it is the last
//	  pages: 10                 # read no more pages than this
//
// {page}, {offset}, {cursor}, {size}, {each} and {env.NAME} may stand in the
// url, in header values and in the body; in the url they are escaped. The
// pages are read for each value of {each} in turn; one whose pages fail does
// not keep the others from being read. Keys and tokens come from the
// environment only. On the
// first page {cursor} is empty, and a query parameter that is {cursor} alone
// is left out. A page without items ends the paging, and so
// does a page that brings only items which the run has already seen. A short
// page does not.
//
// # The format
//
//	format: json                # json, feed, sitemap, html, script or jsonld
//
// json: the body is JSON. feed: RSS 0.9 to 2.0, RDF or Atom, turned into
// JSON (below). sitemap: a sitemap, as {"urls": [{"loc", "lastmod"}],
// "sitemaps": [{"loc", "lastmod"}]}; its pages are read as detail pages. script: JSON inside an HTML page; script: says where:
//
//	script:
//	  marker: window.App.state  # the JSON value after this text (and "=", ":" or "(")
//	  css: script[data-x=y]     # or: the text of this script tag
//
// jsonld: the schema.org JobPosting objects in the page's
// application/ld+json scripts, also inside arrays, @graph and ItemList.
// html: the page's elements.
//
// In json, feed, sitemap, script and jsonld everything is said in jq (gojq, without
// environment, files and further input). Besides jq's own functions there is
// unescape, which decodes HTML entities once. In html everything is
// said in CSS selectors.
//
//	expect: .jobs | type == "array"  # one or a list: each must hold (jq) or exist (CSS)
//	items: .jobs                # jq: one array, or a stream; CSS: one element each
//
// Where expect fails, or items gives null or an error, the answer is
// another one than this source sends: source.ErrChallenge where the page is
// known for a challenge, a login or a block page, otherwise
// source.ErrFormat. challenge: adds a list of regular expressions to those
// known. An answer that holds to expect is never taken for a challenge.
// html needs an expect, so that a page without items can be told from a
// wrong page. feed, sitemap and jsonld need no items; they take all. Any feed is a
// feed: expect says whose, as in .link | startswith("https://example.com/").
//
// A feed becomes the JSON
//
//	{"title", "link", "links": [], "items": [{"title", "link", "links": [], "guid",
//	  "description", "content", "published", "updated", "author",
//	  "categories": [],
//	  "ext": {"region": "text", "dc:date": "text"},
//	  "elements": {"media:content": [{"text", "attr": {}, "elements": {}}]}}]}
//
// whose own links are the site's page and, in Atom, the feed itself, and
// where ext holds the text of each element that the feed's own format does
// not know, by its name with its prefix, and elements all of them whole.
//
// A site that answers in two forms has the second under otherwise, with its
// own format, script, expect, items, fields, drop and keep; a page is read
// in the first form that it has.
//
// # Fields
//
//	fields:
//	  id: .id                   # the site's own key; without it the url serves
//	  url: .url                 # relative ones are resolved
//	  title: .title
//	  company: .company
//	  description: .html
//	  snippet: true             # the site sends only the beginning (a condition)
//	  skills: .tags             # skills, locations and zones are lists
//	  category: .category
//	  pay_text: .salary
//	  pay_min: .min
//	  pay_max: .max
//	  pay_currency: {value: USD}
//	  pay_period: .period
//	  posted: .date
//	  expires: .until
//	  locations: .countries
//	  zones: .utc_offsets
//	  level: {jq: .seniority, name: seniority}   # name: what the site calls it
//	  english: {jq: .english, name: english}
//	  closed: .status != "open" # a condition
//
// A field is one of these, or a list of them of which the first that gives
// something counts:
//
//	.title                      # text: jq, or in html a CSS selector
//	{jq: .a, regexp: 'x(\d+)'}  # the first group, or the whole match
//	{css: b, regexp: '(\d+)\.(\d+)\.(\d+)', as: '$3-$2-$1'} # put together anew
//	{css: a.title, attr: href}  # an attribute instead of the text
//	{css: div.text, html: true} # the inner HTML
//	{css: li, join: ", "}       # all matches (or all of an array) as one text
//	{value: USD}                # a constant; {each} stands for its value
//	{jq: .day, date: "DD.MM.YYYY HH:mm", zone: Asia/Dhaka} # posted and expires
//
// In html the selector "&" is the item itself. A list field takes every
// match; a single field takes the first, and in jq an array with several
// values needs a join. null, missing and empty are all nothing. An object
// where a text belongs is an error, and that item is rejected with its
// beginning and the reason; the others go on.
//
// Dates, currencies and periods are read by normalising, in all the forms
// that it knows. What a site leaves to be guessed is said here: date is the
// form (YYYY YY MMMM MMM MM M DD D dddd ddd HH hh h mm m ss s A a Z, words in
// [brackets]), zone the zone of a date that tells none (alone it is for dates
// in ISO 8601), and constants are the currency and the period of a site that
// has but one:
//
//	pay_currency: [.currency, {value: BDT}]
//	pay_period: {value: monthly}
//
// A text of another form than date is nothing, so that the next choice counts.
//
// # Leaving out
//
//	drop:
//	  - {why: not public, jq: .nonpublic}
//	  - {why: offers work, field: title, regexp: '(?i)^\[for hire\]'}
//	keep:
//	  - {why: not remote, jq: .remote == true}
//
// An item that a drop holds for, or that a keep does not hold for, is
// counted as skipped under its why. A condition is jq on the item, css (it
// has such an element), or a regexp on a field.
//
// # Cleaning
//
//	clean:
//	  mojibake: true            # repair UTF-8 that was encoded twice, in all fields
//	  strip: ['(?s)<p>Please mention.*$'] # regular expressions taken out of the description
//
// # Detail pages
//
//	detail:
//	  url: .api                 # default: the item's url
//	  format: html              # json, html, script or jsonld
//	  script: ...
//	  item: .job                # the item within the page; jsonld: the first posting
//	  expect: h1.title
//	  fields: ...               # what is found here replaces what the list gave
//
// One page is asked for each item that is not left out. An item whose page
// answers 404 or 410 is skipped as gone.
//
// # Bounds
//
// A recipe has at most 256 KiB, an expression of jq 10,000 bytes, a regular
// expression 1,000 bytes and 2,000 instructions, and it is run on the first
// 256 KiB of a text. Reading a page may take 30 seconds; one expression may
// run 20 million steps, let the heap grow by 128 MiB and give 100,000 values.
// jq does not assign (=, |= and the like), because one index would make it
// take any amount of memory. Errors of a recipe name line and key.
//
// # Drafts
//
// What only an operator can say, because it is a reading of the site's terms,
// may be blank in a draft (ParseDraft, Blanks): terms.url, read, note, allowed,
// poll_floor, attribution, full_text, syndicate, index and permission.
package recipe
