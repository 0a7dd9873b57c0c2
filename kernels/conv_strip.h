/* The strip: the source pixels one block needs, copied with their padding into this thread's scratch, so that
   borders, strides and dilations are plain offsets afterwards. Knows geometry and layout, not what is computed. */
#pragma once
#include "conv_geometry.h"

/* The block at (o_h, o_w) of image n, the pass's first tap and channel, and where the results go: result (r, c) of the
   block to out + (r · pitch + c) · ld. The task's panels are [u0, u1). */
typedef struct {
  i64 n, o_h, o_w, tap_h, tap_w, channel;
  conv_block size;
  float *out;
  i64 pitch, ld, first_pass, u0, u1;
} conv_place;

/* Layout [image][row][chunk][residue][column / split][pixel]: `pixel` floats a pixel and chunk, columns sorted by their
   residue modulo `split` so that pixels a stride apart become neighbours. */
typedef struct {
  i64 row, rows, column, columns; /* of the source, first and count; may lie outside the image */
  i64 channel, channels, pixel, split, run;
  i64 chunk_pitch, row_pitch, image_pitch;
  i64 is_lanewise; /* a pixel's floats are lanes of one vector: `k` and `length` of a segment count vectors */
  float *data;
} conv_strip;

static conv_strip conv_make_strip(const conv_job *j, const conv_place *p, i64 channels, i64 pixel, float *data) {
  conv_strip s = {.channels = channels, .pixel = pixel, .data = data};
  i64 last_h = p->o_h + p->size.rows - 1, last_w = p->o_w + p->size.columns - 1;
  s.row = conv_origin(&j->h, p->o_h) + conv_reach(&j->h, p->tap_h);
  s.rows = conv_origin(&j->h, last_h) + conv_reach(&j->h, p->tap_h + p->size.taps_h - 1) - s.row + 1;
  s.column = conv_origin(&j->w, p->o_w) + conv_reach(&j->w, p->tap_w);
  s.columns = conv_origin(&j->w, last_w) + conv_reach(&j->w, p->tap_w + p->size.taps_w - 1) - s.column + 1;
  s.split = pixel == CONV_CHUNK || pixel == LANES ? conv_advance(&j->w) : 1;
  s.run = CEIL_DIV(s.columns, s.split);
  s.chunk_pitch = s.split * s.run * pixel;
  s.row_pitch = s.chunk_pitch * CEIL_DIV(channels, pixel);
  s.image_pitch = s.row_pitch * s.rows;
  return s;
}

/* Where the column `slot` places into the strip lies, in floats. */
INLINE i64 conv_column(const conv_strip *s, i64 slot) {
  return s->split == 1 ? slot * s->pixel : (slot % s->split * s->run + slot / s->split) * s->pixel;
}

static void conv_fill(float *out, i64 count) {
  i64 i = 0;
  for (; i + LANES <= count; i += LANES) store(out + i, (vf){0});
  for (; i < count; i++) out[i] = 0;
}

static void conv_copy_run(float *out, const float *in, i64 count) {
  i64 i = 0;
  for (; i + LANES <= count; i += LANES) store(out + i, load(in + i));
  for (; i < count; i++) out[i] = in[i];
}

/* `count` pixels of `length` floats, `step` apart in the source and `pixel` apart in the strip, zero padded. */
static void conv_copy_pixels(float *out, i64 pixel, const float *in, i64 step, i64 count, i64 length) {
  if (length == pixel && step == pixel) {
    conv_copy_run(out, in, count * length);
  } else if (length == CONV_CHUNK) {
    for (i64 i = 0; i < count; i++, out += pixel, in += step)
      for (i64 c = 0; c < CONV_CHUNK; c += LANES) store(out + c, load(in + c));
  } else if (length == LANES) {
    for (i64 i = 0; i < count; i++, out += pixel, in += step) store(out, load(in));
  } else if (length < 4 && length == pixel) {
    for (i64 i = 0; i < count; i++, out += pixel, in += step)
      for (i64 c = 0; c < length; c++) out[c] = in[c];
  } else {
    for (i64 i = 0; i < count; i++, out += pixel, in += step) {
      conv_copy_run(out, in, length);
      for (i64 c = length; c < pixel; c++) out[c] = 0;
    }
  }
}

/* What the next block will read, asked for `step` floats at a time while this one computes: rows of an image are too
   short for the hardware to foresee the next. */
typedef struct { const float *at, *end; i64 step; } conv_ahead;

/* From row `row` of image n on, as much as `rows` rows, in about `calls` calls. */
static conv_ahead conv_make_ahead(const float *images, i64 batch, i64 height, i64 width, i64 n, i64 row, i64 rows,
                                  i64 calls) {
  const float *at = images + (n * height + MIN(MAX(row, 0), height)) * width;
  i64 floats = MIN(rows * width, images + batch * height * width - at);
  return (conv_ahead){at, at + floats, CEIL_DIV(CEIL_DIV(floats, MAX(calls, 1)), 16) * 16};
}

INLINE void conv_look_ahead(conv_ahead *a) {
  const float *stop = a->end - a->at > a->step ? a->at + a->step : a->end;
  for (const float *p = a->at; p < stop; p += 16) __builtin_prefetch(p);
  a->at = stop;
}

/* The same, at once, for what is needed next from the second-level cache. */
INLINE void conv_expect(const float *p, i64 floats) {
  for (i64 i = 0; i < floats; i += 16) __builtin_prefetch(p + i);
}

static void conv_copy_row(const conv_strip *s, i64 width, i64 step, const float *in, float *row) {
  for (i64 c = 0; c < s->channels; c += s->pixel, row += s->chunk_pitch) {
    i64 length = MIN(s->pixel, s->channels - c);
    for (i64 residue = 0; residue < s->split; residue++) {
      float *out = row + residue * s->run * s->pixel;
      i64 first = s->column + residue, stop = width - first;
      i64 left = first < 0 ? MIN(s->run, (-first + s->split - 1) / s->split) : 0;
      i64 right = stop > 0 ? MAX(left, MIN(s->run, CEIL_DIV(stop, s->split))) : left;
      conv_fill(out, left * s->pixel);
      if (right > left)
        conv_copy_pixels(out + left * s->pixel, s->pixel, in + (first + left * s->split) * step + c, s->split * step,
                         right - left, length);
      conv_fill(out + right * s->pixel, (s->run - right) * s->pixel);
    }
  }
}

/* Fills the strip from `images` images, of whose channels it takes [channel, channel + channels). */
static void conv_copy_strip(const conv_strip *s, const conv_job *j, i64 images, const float *image) {
  i64 width = j->w.source, step = j->in * j->groups;
  for (i64 n = 0; n < images; n++, image += j->h.source * width * step)
    for (i64 r = 0; r < s->rows; r++) {
      i64 source_row = s->row + r;
      float *row = s->data + n * s->image_pitch + r * s->row_pitch;
      if (source_row < 0 || source_row >= j->h.source) { conv_fill(row, s->row_pitch); continue; }
      const float *in = image + source_row * width * step + s->channel;
      if (s->channels == step && source_row + 1 < j->h.source) conv_expect(in + width * step, width * step);
      conv_copy_row(s, width, step, in, row);
    }
}

/* From one result pixel's sources to the next one's of its class, in floats. */
INLINE i64 conv_pixel_step(const conv_job *j, const conv_strip *s) {
  return s->split > 1 ? s->pixel : conv_advance(&j->w) * s->pixel;
}

/* A run of source values that lie side by side both in the strip and in the packed weights. */
typedef struct { int32_t x, k, length; } conv_segment;

/* -- what a block lists: its pixels and its taps ------------------------------------------------------------------ */

/* Which lists the scratch holds: images of one shape share them. */
typedef struct {
  i64 o_h, o_w, tap_h, tap_w, channel, class_h, class_w, pixels, segments;
  conv_block size;
} conv_listed;

#define CONV_SPARE 16 /* entries past the last pixel, so that a tile may read a few more */

/* This thread's scratch, in order: pixel tables, segments, strip, result; the rest is the epilogue's. */
typedef struct {
  conv_ahead ahead;
  conv_listed listed;
  int32_t at[CONV_AREA + CONV_SPARE], to[CONV_AREA];
  conv_segment segments[CONV_SEGMENTS];
  /* Aligned, for a vector that straddles two cache lines loads at half the speed. */
  _Alignas(64) float strip[CONV_STRIP_LIMIT / 4], result[CONV_RESULT_LIMIT / 4];
} conv_scratch;
_Static_assert(sizeof(conv_scratch) <= LOCAL_BYTES - (128 << 10), "the epilogue keeps some scratch");

/* Lists the block's pixels of one class: where each starts in the strip and its index in the result. */
static i64 conv_list_pixels(const conv_job *j, const conv_place *p, const conv_strip *s, i64 class_h, i64 class_w,
                            conv_scratch *scratch) {
  i64 step_h = conv_classes(&j->h), step_w = conv_classes(&j->w), count = 0;
  i64 advance = conv_pixel_step(j, s);
  i64 o_w = conv_first_of_class(&j->w, p->o_w, class_w);
  i64 left = conv_column(s, conv_origin(&j->w, o_w) - conv_origin(&j->w, p->o_w));
  for (i64 n = 0; n < p->size.images; n++)
    for (i64 o = conv_first_of_class(&j->h, p->o_h, class_h); o < p->o_h + p->size.rows; o += step_h) {
      i64 at = n * s->image_pitch + (conv_origin(&j->h, o) - conv_origin(&j->h, p->o_h)) * s->row_pitch + left;
      i64 to = (n * p->size.rows + o - p->o_h) * p->pitch;
      for (i64 i = o_w; i < p->o_w + p->size.columns; i += step_w, at += advance, count++) {
        scratch->at[count] = (int32_t)at;
        scratch->to[count] = (int32_t)(to + i - p->o_w);
      }
    }
  for (i64 i = 0; i < CONV_SPARE && count; i++) scratch->at[count + i] = scratch->at[count - 1];
  return count;
}

/* Lists the pass's runs of source values for one class, merging neighbours: short loops cost branches. */
static i64 conv_list_segments(const conv_job *j, const conv_place *p, const conv_strip *s, i64 class_h, i64 class_w,
                              conv_segment *out) {
  i64 count = 0;
  for (i64 c = 0; c < s->channels; c += s->pixel) {
    i64 length = MIN(s->pixel, s->channels - c), first = (p->channel + c) * conv_taps(j);
    i64 chunk = c / s->pixel * s->chunk_pitch;
    if (s->is_lanewise) length = 1, first = (p->channel + c) / LANES * conv_taps(j);
    for (i64 h = p->tap_h; h < p->tap_h + p->size.taps_h; h++) {
      if (conv_tap_class(&j->h, h) != class_h) continue;
      i64 row = chunk + (conv_reach(&j->h, h) - conv_reach(&j->h, p->tap_h)) * s->row_pitch;
      for (i64 w = p->tap_w; w < p->tap_w + p->size.taps_w; w++) {
        if (conv_tap_class(&j->w, w) != class_w) continue;
        i64 x = row + conv_column(s, conv_reach(&j->w, w) - conv_reach(&j->w, p->tap_w));
        i64 k = first + (h * j->w.kernel + w) * length;
        conv_segment *last = out + count - 1;
        if (count && last->x + last->length == x && last->k + last->length == k) last->length += (int32_t)length;
        else out[count++] = (conv_segment){(int32_t)x, (int32_t)k, (int32_t)length};
      }
    }
  }
  return count;
}

/* Lists the pixels and taps of one class, unless they are there already. Forward, where the block lies is no matter. */
static const conv_listed *conv_list(const conv_job *j, const conv_place *p, const conv_strip *s, i64 class_h, i64 class_w,
                                    conv_scratch *scratch) {
  conv_listed *there = &scratch->listed;
  conv_listed l = {j->h.backward ? p->o_h : 0, j->w.backward ? p->o_w : 0, p->tap_h, p->tap_w, p->channel, class_h,
                   class_w, there->pixels, there->segments, p->size};
  i64 is_there = l.pixels >= 0;
  for (i64 i = 0; is_there && i < (i64)(sizeof l / sizeof(i64)); i++) is_there = ((i64 *)&l)[i] == ((i64 *)there)[i];
  if (!is_there) {
    l.pixels = conv_list_pixels(j, p, s, class_h, class_w, scratch);
    l.segments = conv_list_segments(j, p, s, class_h, class_w, scratch->segments);
    *there = l;
  }
  return there;
}
