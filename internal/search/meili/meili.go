// Package meili is the search engine on a Meilisearch server (1.50 or newer).
//
// The server gets words that search.Analyzer has folded and rewritten, and
// queries in the same words, so that its own tokenizer, synonyms and stop
// words decide nothing. What it finds is what search.Words.Match finds, and
// besides what it takes for a typo: it mends typos in the beginnings of words
// too, takes a missing or an added space for one, and lets a first letter
// count as two. Phrases of more than two words are checked by each three
// words in a row.
package meili

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/meilisearch/meilisearch-go"

	"github.com/kajkhoj/kajkhoj/internal/search"
)

// format is raised when documents or their meaning change, so that indexes
// are rebuilt.
const format = 1

// Config says where the server is.
type Config struct {
	// URL is the server's address.
	URL string
	// Key is its master key, or a key that may do what this process does. Out
	// of a master key Open makes two lesser ones, for searching and for
	// documents, and uses only these.
	Key string
	// Index is the name of the index, "kajkhoj" where it is empty. The server
	// holds beside it <name>_meta, with the cursor, and for the time of a
	// rebuilding <name>_rebuild_<time>.
	Index string
	// Timeout bounds one request, 30 s where it is 0. Callers bound a search
	// by their context.
	Timeout time.Duration
}

// Index is a search.Index on a Meilisearch server. One process at a time may
// write to an index; any number may search it.
type Index struct {
	cfg      Config
	analyzer *search.Analyzer
	settings string // their hash
	http     *http.Client

	// settling is held while the keys are settled.
	settling chan struct{}
	keys     atomic.Pointer[keys]
	// swept says that what crashed rebuildings left was dropped.
	swept atomic.Bool
}

var _ search.Index = (*Index)(nil)

var indexName = regexp.MustCompile(`^[a-zA-Z0-9-]{1,40}$`)

// Open prepares the way to a server. A server that does not answer is no
// error: it is asked again when it is needed. A key that it refuses is.
func Open(ctx context.Context, cfg Config, a *search.Analyzer) (*Index, error) {
	if cfg.Index == "" {
		cfg.Index = "kajkhoj"
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 30 * time.Second
	}
	if u, err := url.Parse(cfg.URL); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("the Meilisearch address %q is not an http or https URL", cfg.URL)
	}
	if !indexName.MatchString(cfg.Index) {
		return nil, fmt.Errorf("the Meilisearch index %q: letters, digits and hyphens only, at most 40", cfg.Index)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	// Packing an answer costs the server more than its way to us.
	transport.DisableCompression = true
	transport.MaxIdleConnsPerHost = 32
	x := &Index{cfg: cfg, analyzer: a, settings: settingsHash(a), settling: make(chan struct{}, 1), http: &http.Client{Transport: transport, Timeout: cfg.Timeout}}
	if _, err := x.connect(ctx); err != nil && !errors.Is(err, search.ErrDown) {
		return nil, err
	}
	return x, nil
}

// Close lets go of the connections.
func (x *Index) Close() error {
	x.http.CloseIdleConnections()
	return nil
}

// metaIndex holds one document, metaID, with the cursor.
func (x *Index) metaIndex() string { return x.cfg.Index + "_meta" }

// meta is the state of the index, as the server keeps it for us.
type meta struct {
	ID string `json:"id"`
	// Settings is the hash of what the index was built with, Built when the
	// server made it: an index that somebody put in its place is another.
	Settings string    `json:"settings"`
	Built    time.Time `json:"built"`
	// Cursor is a text, because the server keeps numbers as floating point.
	Cursor string `json:"cursor"`
}

const metaID = "state"

// Cursor is the change log's number that the index has reached. The first
// call drops what rebuildings that crashed have left. A process whose key is
// for searching only gets the number too.
func (x *Index) Cursor(ctx context.Context) (int64, error) {
	k, err := x.connect(ctx)
	if err != nil {
		return 0, err
	}
	m, err := x.state(ctx, k.writer)
	if refused(err) {
		if m, err = x.stateBySearch(ctx, k.reader); err == nil {
			return x.cursor(m)
		}
	}
	if err != nil {
		return 0, err
	}
	return x.cursor(m)
}

// cursor is the number in a state, where that is one of this index.
func (x *Index) cursor(m meta) (int64, error) {
	if m.Settings != x.settings {
		return 0, fmt.Errorf("the index was built with other settings: %w", search.ErrRebuild)
	}
	n, err := strconv.ParseInt(m.Cursor, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("the index's cursor is %q: %w", m.Cursor, search.ErrRebuild)
	}
	return n, nil
}

// state reads the state, and makes sure that it is that of the index which
// is there.
func (x *Index) state(ctx context.Context, w meilisearch.ServiceManager) (meta, error) {
	if !x.swept.Load() {
		if err := x.drop(ctx, w); err != nil {
			return meta{}, err
		}
		x.swept.Store(true)
	}
	built, err := x.built(ctx, w, x.cfg.Index)
	if err != nil {
		return meta{}, err
	}
	var m meta
	if _, err := call(ctx, func() (any, error) {
		return nil, w.Index(x.metaIndex()).GetDocumentWithContext(ctx, metaID, &meilisearch.DocumentQuery{}, &m)
	}); err != nil {
		return meta{}, err
	}
	if !m.Built.Equal(built) {
		return meta{}, fmt.Errorf("another index stands in the place of ours: %w", search.ErrRebuild)
	}
	return m, nil
}

// stateBySearch reads the state with a key that may only search.
func (x *Index) stateBySearch(ctx context.Context, r meilisearch.ServiceManager) (meta, error) {
	res, err := call(ctx, func() (*meilisearch.MultiSearchResponse, error) {
		return r.MultiSearchWithContext(ctx, &meilisearch.MultiSearchRequest{Queries: []*meilisearch.SearchRequest{{IndexUID: x.metaIndex(), Limit: 1}, {IndexUID: x.cfg.Index, Limit: 1}}})
	})
	if err != nil {
		return meta{}, err
	}
	return stateOf(res)
}

// stateOf is the state in an answer whose first search was for it.
func stateOf(res *meilisearch.MultiSearchResponse) (meta, error) {
	if len(res.Results) == 0 {
		return meta{}, errors.New("the server answered none of the searches")
	}
	var found []meta
	if err := res.Results[0].Hits.DecodeInto(&found); err != nil {
		return meta{}, err
	}
	if len(found) == 0 {
		return meta{}, fmt.Errorf("the index has no state: %w", search.ErrRebuild)
	}
	return found[0], nil
}

// built is when the server made an index; a swap takes it along.
func (x *Index) built(ctx context.Context, w meilisearch.ServiceManager, index string) (time.Time, error) {
	i, err := call(ctx, func() (*meilisearch.IndexResult, error) { return w.GetIndexWithContext(ctx, index) })
	if err != nil {
		return time.Time{}, err
	}
	return i.CreatedAt, nil
}

// Stats tells how many documents the index holds, and how much disk the
// server's data takes, that of other indexes included. A process whose key is
// for searching only is told the number of documents.
func (x *Index) Stats(ctx context.Context) (search.Stats, error) {
	k, err := x.connect(ctx)
	if err != nil {
		return search.Stats{}, err
	}
	s, err := call(ctx, func() (*meilisearch.Stats, error) { return k.writer.GetStatsWithContext(ctx, nil) })
	if refused(err) {
		none := int64(0)
		res, err := call(ctx, func() (*meilisearch.SearchResponse, error) {
			return k.reader.Index(x.cfg.Index).SearchWithContext(ctx, "", &meilisearch.SearchRequest{HitsPerPage: &none})
		})
		if err != nil {
			return search.Stats{}, err
		}
		return search.Stats{Documents: res.TotalHits, DiskBytes: -1}, nil
	}
	if err != nil {
		return search.Stats{}, err
	}
	one, ok := s.Indexes[x.cfg.Index]
	if !ok {
		return search.Stats{}, fmt.Errorf("there is no index %s: %w", x.cfg.Index, search.ErrRebuild)
	}
	out := search.Stats{Documents: one.NumberOfDocuments, DiskBytes: -1}
	if n, ok := s.DatabaseSize.(float64); ok {
		out.DiskBytes = int64(n)
	}
	return out, nil
}

// settings are what the index is set up with.
func settings() *meilisearch.Settings {
	at := "indexingTime"
	return &meilisearch.Settings{
		// sort stands first, so that a page by date is in date order.
		RankingRules:         []string{"sort", "words", "typo", "proximity", "attributeRank", "exactness", "date:desc", "group:asc"},
		SearchableAttributes: []string{"title", "skills", "text"},
		DisplayedAttributes:  []string{"group"},
		FilterableAttributes: []string{"category", "date", "from", "group", "labels", "pay", "sources", "usd", "warned"},
		SortableAttributes:   []string{"date", "group", "usd"},
		LocalizedAttributes:  []*meilisearch.LocalizedAttributes{{Locales: []string{"ben", "eng"}, AttributePatterns: []string{"*"}}},
		TypoTolerance: &meilisearch.TypoTolerance{
			Enabled:             true,
			MinWordSizeForTypos: meilisearch.MinWordSizeForTypos{OneTypo: 5, TwoTypos: 9},
			DisableOnWords:      []string{}, DisableOnAttributes: []string{},
			DisableOnNumbers: true,
		},
		// By attribute indexing would be 2.7 times faster in a quarter of the
		// disk (20,000 listings of 2.6 KB), but then the server takes any words
		// of one text for a phrase, and finds "online" wherever "on" and "line"
		// stand in one text.
		ProximityPrecision: meilisearch.ByWord,
		PrefixSearch:       &at,
		// The total is counted up to this, so it must be beyond any; how deep
		// one may page is market.Depth.
		Pagination: &meilisearch.Pagination{MaxTotalHits: 1_000_000_000},
		Faceting:   &meilisearch.Faceting{MaxValuesPerFacet: 1000, SortFacetValuesBy: map[string]meilisearch.SortFacetType{"*": meilisearch.SortFacetTypeAlpha}},
	}
}

// settingsHash names all that decides what an index holds.
func settingsHash(a *search.Analyzer) string {
	b, err := json.Marshal(settings())
	if err != nil {
		panic("meili: " + err.Error())
	}
	sum := sha256.Sum256(fmt.Appendf(b, "\x00%d\x00%s", format, a.Settings()))
	return hex.EncodeToString(sum[:8])
}
