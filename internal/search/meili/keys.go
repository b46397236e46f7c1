package meili

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/meilisearch/meilisearch-go"
)

// clients are the two ways to the server, each with the least key that it
// needs. The keys are settled once; until then the server must be asked.
func (x *Index) clients(ctx context.Context) (reader, writer meilisearch.ServiceManager, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.reader != nil {
		return x.reader, x.writer, nil
	}
	given := x.client(x.cfg.Key)
	reader, writer = given, given
	if x.cfg.Key != "" {
		searching, err := x.lesser(ctx, given, "search", []string{"search"})
		switch {
		case refused(err):
			// It is not the master key, and so lesser already.
			if err := x.try(ctx, given); err != nil {
				return nil, nil, err
			}
		case err != nil:
			return nil, nil, err
		default:
			documents, err := x.lesser(ctx, given, "documents", []string{
				"documents.add", "documents.get", "documents.delete", "indexes.create", "indexes.get", "indexes.delete", "indexes.swap",
				"settings.get", "settings.update", "stats.get", "tasks.get",
			})
			if err != nil {
				return nil, nil, err
			}
			reader, writer = x.client(searching), x.client(documents)
		}
	} else if err := x.try(ctx, given); err != nil {
		return nil, nil, err
	}
	x.reader, x.writer = reader, writer
	return reader, writer, nil
}

func (x *Index) client(key string) meilisearch.ServiceManager {
	// The client's own retries send an empty body and call a success on the
	// last try a failure: see call.
	return meilisearch.New(strings.TrimRight(x.cfg.URL, "/"), meilisearch.WithAPIKey(key), meilisearch.WithCustomClient(x.http), meilisearch.DisableRetries())
}

// try asks what any key may ask, to tell a wrong key from a lesser one.
func (x *Index) try(ctx context.Context, c meilisearch.ServiceManager) error {
	_, err := call(ctx, func() (*meilisearch.MultiSearchResponse, error) {
		return c.MultiSearchWithContext(ctx, &meilisearch.MultiSearchRequest{Queries: []*meilisearch.SearchRequest{{IndexUID: x.cfg.Index, Limit: 1}}})
	})
	// An index that is not there yet, or a key for documents only, is fine.
	if refused(err) {
		_, docErr := call(ctx, func() (*meilisearch.IndexResult, error) { return c.GetIndexWithContext(ctx, x.cfg.Index) })
		if refused(docErr) {
			return fmt.Errorf("the Meilisearch server refuses the key: %w", err)
		}
		return nil
	}
	if code(err) == codeNoIndex {
		return nil
	}
	return err
}

// lesser is the key of a purpose: it is made where it is not there yet. Its
// identity comes from what it may do, so that it is one key however often
// and by however many processes this is called.
func (x *Index) lesser(ctx context.Context, master meilisearch.ServiceManager, purpose string, actions []string) (string, error) {
	indexes := []string{x.cfg.Index, x.cfg.Index + "_*"}
	sum := sha256.Sum256([]byte(strings.Join(append(append([]string{purpose}, actions...), indexes...), "\x00")))
	sum[6], sum[8] = sum[6]&0x0f|0x40, sum[8]&0x3f|0x80 // a UUID of version 4 to look at (RFC 9562)
	uid := fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
	get := func() (*meilisearch.Key, error) { return master.GetKeyWithContext(ctx, uid) }
	k, err := call(ctx, get)
	if status(err) == http.StatusNotFound {
		k, err = call(ctx, func() (*meilisearch.Key, error) {
			return master.CreateKeyWithContext(ctx, &meilisearch.Key{
				UID: uid, Name: x.cfg.Index + " " + purpose, Description: "Made and used by Kajkhoj.", Actions: actions, Indexes: indexes,
			})
		})
		if status(err) == http.StatusConflict { // another process was faster
			k, err = call(ctx, get)
		}
	}
	if err != nil {
		return "", err
	}
	return k.Key, nil
}

// refused reports whether the server does not let a key do what was asked,
// or knows no keys at all.
func refused(err error) bool {
	s := status(err)
	return s == http.StatusUnauthorized || s == http.StatusForbidden
}

// status is the HTTP status behind an error, 0 where there is none.
func status(err error) int {
	if e := (*meilisearch.Error)(nil); errors.As(err, &e) {
		return e.StatusCode
	}
	return 0
}

// code is the server's own code of an error, empty where there is none.
func code(err error) string {
	if e := (*meilisearch.Error)(nil); errors.As(err, &e) {
		return e.MeilisearchApiError.Code
	}
	return ""
}
