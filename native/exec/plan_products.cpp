// Plan's steps over weights: matrix products, column sums, formulas of stores.

#include <stdexcept>
#include <utility>

#include "exec/column_steps.h"
#include "exec/dense_steps.h"
#include "exec/half_steps.h"
#include "exec/plan.h"
#include "exec/refuse.h"
#include "exec/round_steps.h"
#include "exec/store_steps.h"

namespace pronghorn {

void Plan::check_store(const char* step, const StorePtr& store) const {
    if (store == nullptr) refuse(step, "a Store", "None", "Pass a parameter or a slot.");
    if (&store->table() != &table_) {
        refuse(step, std::string("stores laid out for ") + table_.isa,
               std::string("one for ") + store->table().isa,
               "Make stores and plans under the same instruction set.");
    }
}

void Plan::check_weights(const char* step, const StorePtr& w, size_t k, size_t m) const {
    check_store(step, w);
    if (w->shape() != std::vector<size_t>{k, m}) {
        refuse(step, "weights of shape " + describe_shape({k, m}) + " (from the buffers' columns)",
               describe_shape(w->shape()), "Pass buffers that fit the weights.");
    }
}

Operands Plan::start_operands(const char* step, const MapPtr& map, size_t first_in, size_t ins,
                              size_t outs) const {
    if (map == nullptr) refuse(step, "a Map", "None", "Pass a formula.");
    if (static_cast<size_t>(map->inputs()) != first_in + ins) {
        refuse(step, std::to_string(map->inputs()) + " inputs (map '" + map->key() + "')",
               std::to_string(first_in + ins), "Pass one operand for each input.");
    }
    if (static_cast<size_t>(map->outputs()) != outs) {
        refuse(step, std::to_string(map->outputs()) + " outputs (map '" + map->key() + "')",
               std::to_string(outs), "Pass one operand for each output.");
    }
    Operands operands;
    operands.map = map;
    return operands;
}

const RoundedKernels& Plan::rounded() {
    if (rounded_ != nullptr) return *rounded_;
    rounded_ = unit_.empty() ? default_unit(table_) : unit_named(table_, unit_.c_str());
    if (rounded_ != nullptr) return *rounded_;
    const RoundedUnits known = rounded_units(table_);
    std::string names;
    for (int i = 0; i < known.count; ++i) {
        names += (i > 0 ? ", " : "") + std::string(known.units[i]->isa);
    }
    refuse(unit_.empty() ? "PRONGHORN_UNIT" : "Plan",
           "one of " + names + " (units that this machine has beside " + table_.isa + ")",
           "'" + (unit_.empty() ? wanted_unit() : unit_) + "'", "Choose one of them.");
}

ProductKernels Plan::products_of(const Buffer& x) {
    return {table_, x.form == Form::floats ? nullptr : &rounded()};
}

void Plan::round_rows(int x, int out) {
    const Buffer& from = matrix("round_rows", "x", x, false);
    const Buffer& to = value(out);
    if (to.form == Form::floats || to.cols != from.cols ||
        to.rows_per_sample != from.rows_per_sample) {
        refuse("round_rows", "words made for " + describe_buffer(from),
               to.form == Form::floats ? "floats or labels" : describe_buffer(to),
               "Pass what words() gave for x.");
    }
    add(make_round_rows(rounded(), from, to));
}

void Plan::dense_forward(int x, StorePtr w, MapPtr map, const std::vector<Ref>& ins,
                         const std::vector<int>& outs) {
    const char* step = "dense_forward";
    const Buffer& from = factor(step, "x", x, Form::along);
    check_store(step, w);
    check_weights(step, w, from.cols, w->is_matrix() ? w->shape()[1] : 0);
    Operands operands =
        row_operands(step, map, 1, ins, outs, {w->shape()[1], from.rows_per_sample, false});
    for (const Operand& out : operands.out) {
        if (out.data == from.data) {
            refuse(step, "outputs other than x", "x itself", "Give the result its own buffer.");
        }
    }
    std::shared_ptr<HalfSums> halves;
    if (from.form == Form::floats && may_be_halved(from, *w)) {
        halves = std::make_shared<HalfSums>(from, w);
        if (w->panels().count > 1) {
            add(make_own_panels(products_of(from), from, w, operands, halves));
        }
        add(make_half_sums(table_, halves));
    }
    add(make_dense_forward(products_of(from), from, std::move(w), std::move(operands),
                           std::move(halves)),
        map.get());
}

void Plan::dense_input_gradient(int dz, StorePtr w, MapPtr map, const std::vector<Ref>& ins,
                                const std::vector<int>& outs) {
    const char* step = "dense_input_gradient";
    const Buffer& from = factor(step, "dz", dz, Form::along);
    check_store(step, w);
    check_weights(step, w, w->is_matrix() ? w->shape()[0] : 0, from.cols);
    Operands operands =
        row_operands(step, map, 1, ins, outs, {w->shape()[0], from.rows_per_sample, false});
    for (const Operand& out : operands.out) {
        if (out.data == from.data) {
            refuse(step, "outputs other than dz", "dz itself", "Give the result its own buffer.");
        }
    }
    add(make_dense_input_gradient(products_of(from), from, std::move(w), std::move(operands)),
        map.get());
}

void Plan::dense_weight_gradient(int x, int dz, MapPtr map, const std::vector<StorePtr>& ins,
                                 const std::vector<StorePtr>& outs) {
    const char* step = "dense_weight_gradient";
    const bool is_rounded = value(x).form != Form::floats;
    const Buffer& from =
        is_rounded ? factor(step, "x", x, Form::across) : left_operand(step, "x", x);
    const Buffer& gradient = factor(step, "dz", dz, Form::across, Split::right);
    if (from.form != gradient.form || from.parts() != gradient.parts() ||
        from.rows_per_sample != gradient.rows_per_sample) {
        refuse(step, "x and dz of equal rows and form",
               describe_buffer(from) + " and " + describe_buffer(gradient),
               "Pass matching values.");
    }
    if (outs.empty()) refuse(step, "at least one output", "none", "Pass the updated weights.");
    check_weights(step, outs[0], from.cols, gradient.cols);
    Operands operands =
        store_operands(step, map, 1, ins, outs, *outs[0], {nullptr, 1, 1}, {Scope::Kind::panels});
    const Step* previous = steps_.empty() ? nullptr : steps_.back().get();
    add(make_dense_weight_gradient(products_of(from), from, gradient, outs[0], std::move(operands),
                                   previous),
        map.get());
}

void Plan::add_column_operand(Operands& operands, const Ref& ref, size_t cols, bool writes) const {
    const char* step = "column_sum";
    Operand operand{nullptr, 0, 1};
    size_t found = 0;
    if (const auto* store = std::get_if<StorePtr>(&ref)) {
        check_store(step, *store);
        operand.data = (*store)->data();
        found = (*store)->is_matrix() && (*store)->shape()[0] != 1 ? 0 : (*store)->elements();
        operands.keep.push_back(*store);
        operands.writes_stores |= writes;
    } else {
        const Buffer& buffer = matrix(step, "operands", std::get<int>(ref));
        operand.data = buffer.data;
        found = buffer.fixed ? buffer.cols : 0;
    }
    if (found != cols && (writes || found != 1)) {
        refuse(step,
               "stores or fixed buffers of " + std::to_string(cols) + " elements (x's columns)",
               found == 0 ? "another shape" : std::to_string(found), "Pass rows that fit x.");
    }
    if (found != cols) operand.col_step = 0;
    const Scope scope{found == cols ? Scope::Kind::columns : Scope::Kind::whole};
    operands.accesses.push_back({operand.data, scope, writes});
    (writes ? operands.out : operands.in).push_back(operand);
}

void Plan::column_sum(int x, MapPtr map, const std::vector<Ref>& ins,
                      const std::vector<Ref>& outs) {
    const Buffer& from = matrix("column_sum", "x", x, false);
    Operands operands = start_operands("column_sum", map, 1, ins.size(), outs.size());
    for (const Ref& ref : ins) add_column_operand(operands, ref, from.cols, false);
    for (const Ref& ref : outs) add_column_operand(operands, ref, from.cols, true);
    check_distinct_outputs("column_sum", operands);
    add(make_column_sum(table_, from, std::move(operands)), map.get());
}

Operands Plan::store_operands(const char* step, const MapPtr& map, size_t first_in,
                              const std::vector<StorePtr>& ins, const std::vector<StorePtr>& outs,
                              const Store& shape, Operand own, Scope scope) const {
    // A sum keeps its one result to itself.
    const size_t results = outs.empty() ? 1 : outs.size();
    Operands operands = start_operands(step, map, first_in, ins.size(), results);
    const auto add_one = [&](const StorePtr& store, bool writes) {
        check_store(step, store);
        const bool same = store->shape() == shape.shape();
        if (!same && (writes || store->elements() != 1)) {
            refuse(step, "stores of shape " + describe_store(shape) + " or of one element",
                   describe_store(*store), "Pass stores of one layer.");
        }
        const Operand operand = same ? Operand{store->data(), own.row_stride, own.col_step}
                                     : Operand{store->data(), 0, 0};
        (writes ? operands.out : operands.in).push_back(operand);
        operands.accesses.push_back(
            {operand.data, same ? scope : Scope{Scope::Kind::whole}, writes});
        operands.keep.push_back(store);
    };
    for (const StorePtr& store : ins) add_one(store, false);
    for (const StorePtr& store : outs) add_one(store, true);
    operands.writes_stores = !outs.empty();
    check_distinct_outputs(step, operands);
    return operands;
}

void Plan::map_store(MapPtr map, const std::vector<StorePtr>& ins,
                     const std::vector<StorePtr>& outs) {
    if (outs.empty()) refuse("map_store", "at least one output", "none", "Pass a store.");
    check_store("map_store", outs[0]);
    Operands operands = store_operands("map_store", map, 0, ins, outs, *outs[0], {nullptr, 0, 1},
                                       {Scope::Kind::flat});
    add(make_map_store(table_, outs[0], std::move(operands)), map.get());
}

int Plan::store_sum(MapPtr map, const std::vector<StorePtr>& ins) {
    const char* step = "store_sum";
    StorePtr shape;
    for (const StorePtr& store : ins) {
        check_store(step, store);
        if (shape == nullptr || store->elements() > shape->elements()) shape = store;
    }
    if (shape == nullptr) refuse(step, "at least one store", "none", "Pass what is to be summed.");
    Operands operands =
        store_operands(step, map, 0, ins, {}, *shape, {nullptr, 1, 1}, {Scope::Kind::whole});
    auto sum = std::make_shared<std::vector<double>>();
    add(make_store_sum(table_, shape, std::move(operands), sum), map.get());
    sums_.push_back(std::move(sum));
    return static_cast<int>(sums_.size()) - 1;
}

const BlockSums& Plan::block_sums(const char* step, int sum) const {
    if (sum < 0 || static_cast<size_t>(sum) >= sums_.size()) {
        refuse(step, "the number of a sum", std::to_string(sum), "Pass what store_sum gave.");
    }
    return sums_[static_cast<size_t>(sum)];
}

void Plan::sum_total(int sum, int accumulator) {
    check_accumulator("sum_total", accumulator);
    add(make_sum_total(block_sums("sum_total", sum), accumulator));
}

void Plan::formula_total(MapPtr map, const std::vector<int>& sums, int accumulator) {
    const char* step = "formula_total";
    check_accumulator(step, accumulator);
    if (map->outputs() != 1 || static_cast<size_t>(map->inputs()) != sums.size()) {
        refuse(step, "a formula of " + std::to_string(sums.size()) + " inputs and one output",
               "one of " + std::to_string(map->inputs()) + " and " + std::to_string(map->outputs()),
               "Pass a sum for each input.");
    }
    std::vector<BlockSums> blocks;
    for (const int sum : sums) blocks.push_back(block_sums(step, sum));
    const Map* used = map.get();
    add(make_formula_total(table_, std::move(map), std::move(blocks), accumulator), used);
}

void Plan::sum_value(int sum, const Ref& out) {
    const char* step = "sum_value";
    const BlockSums& blocks = block_sums(step, sum);
    const Scope scope{Scope::Kind::first};
    if (const auto* store = std::get_if<StorePtr>(&out)) {
        check_store(step, *store);
        if ((*store)->elements() != 1) {
            refuse(step, "a store of one element", describe_store(**store), "Pass Store((1,)).");
        }
        add(make_sum_value(blocks, (*store)->data(), scope, *store));
        return;
    }
    const Buffer& to = matrix(step, "out", std::get<int>(out));
    if (!to.fixed || to.cols != 1) {
        refuse(step, "a fixed (1, 1) buffer", describe_buffer(to),
               "Make one with buffer(1, fixed=True).");
    }
    add(make_sum_value(blocks, to.data, scope, nullptr));
}

}  // namespace pronghorn
